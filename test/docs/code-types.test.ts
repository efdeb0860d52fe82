import { beforeAll, expect, test } from 'vitest'
import { documents, textOf } from './documents.ts'
import { codeBlocks, type CodeBlock } from './markdown.ts'
import { typeErrors } from './type-errors.ts'

const blocks = documents
  .flatMap((file) => codeBlocks(file, textOf(file)))
  .filter(({ language }) => language === 'ts' || language === 'js')

let errorsOf: (block: CodeBlock) => string[]
beforeAll(() => {
  errorsOf = typeErrors(blocks)
})

test.each(blocks)('the types of the code at $file:$line are right', (block) => {
  expect(errorsOf(block)).toEqual([])
})

test('an error is told with the line of the document', () => {
  const code = 'const one = 1\nconst text: string = one\n'
  const block: CodeBlock = {
    file: 'docs/none.md',
    line: 10,
    language: 'ts',
    code,
    name: undefined,
    setup: undefined,
    notRun: false,
  }
  expect(typeErrors([block])(block)).toEqual(["docs/none.md:11 Type 'number' is not assignable to type 'string'."])
})
