import { describe, expect, it } from 'vitest'
import { checkField } from '../src/field.ts'
import type { HeaderValue } from '../src/guard.ts'

describe('what is set as a header', () => {
  it('is refused by its value, whatever was right under the name before', () => {
    for (const value of ['a', 'b', 'b', ['c', 'd']]) expect(() => checkField('x-known', value)).not.toThrow()
    for (const wrong of ['a\r\nb', 'ā', ['a', 'a\nb'], undefined, null, 1])
      expect(() => checkField('x-known', wrong as HeaderValue)).toThrow("Cannot set header 'x-known'")
    expect(() => checkField('x-known', 'a')).not.toThrow()
  })

  it('is refused by a name that cannot be one, each time', () => {
    for (const name of ['x bad', 'X-Upper', '', 'x-bad\r\n', undefined])
      for (const value of ['a', 'a', undefined])
        expect(() => checkField(name as string, value as string)).toThrow('Cannot set header')
  })
})
