import { setFlagsFromString } from 'node:v8'
import { runInThisContext } from 'node:vm'
import { expect, test } from 'vitest'
import { hastenStrings } from '../src/index.ts'

setFlagsFromString('--allow-natives-syntax')
const areFast = runInThisContext('() => %HasFastProperties(String.prototype)') as () => boolean

test('makes the methods of strings fast again after a class that extends String was declared', () => {
  expect(areFast()).toBe(true)
  class Text extends String {}
  expect(areFast()).toBe(false)
  hastenStrings()
  expect(areFast()).toBe(true)
  expect(new Text('a').charCodeAt(0)).toBe(97)
})
