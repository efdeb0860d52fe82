import { existsSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'
import { documents, guides, root, textOf } from './documents.ts'
import { anchors, links } from './markdown.ts'

const inside = documents.flatMap((file) =>
  links(textOf(file))
    .filter(({ target }) => !/^[a-z]+:/.test(target))
    .map((link) => ({ file, ...link })),
)

test.each(inside)('the link to $target at $file:$line leads somewhere', ({ file, target }) => {
  expect(problemOf(file, target)).toBe('')
})

test.each(['none.md', 'failure.md#none', '#none', '../packages'])('a link to %s is found out', (target) => {
  expect(problemOf('docs/guards.md', target)).not.toBe('')
})

test('every guide can be reached from the README', () => {
  const named = links(textOf('README.md')).map(({ target }) => target)
  expect(guides.filter((guide) => !named.includes(guide))).toEqual([])
})

function problemOf(file: string, target: string): string {
  const [path = '', anchor] = target.split('#')
  const meant = path === '' ? file : normalize(join(dirname(file), path))
  if (!existsSync(root + meant)) return `there is no ${meant}`
  if (statSync(root + meant).isDirectory()) return `${meant} is a folder: name its README.md`
  if (anchor === undefined || anchors(textOf(meant)).has(anchor)) return ''
  return `${meant} has no heading for #${anchor}`
}
