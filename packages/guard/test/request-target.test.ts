import { describe, expect, it } from 'vitest'
import { hostOf, pathOf } from '../src/request-target.ts'

describe('pathOf', () => {
  it.each([
    ['/', '/'],
    ['/a/b', '/a/b'],
    ['/a?x=/b', '/a'],
    ['/a%20b?x', '/a%20b'],
    ['/a#b', '/a'],
    ['/a#b?c', '/a'],
    ['//evil.example/a', '//evil.example/a'],
    ['/http://h/a', '/http://h/a'],
    ['http://shop.example', '/'],
    ['http://shop.example/', '/'],
    ['http://shop.example?x=1', '/'],
    ['http://shop.example#x', '/'],
    ['HTTP://shop.example:80/a/b?x=1', '/a/b'],
    ['http://user@shop.example/a', '/a'],
    ['*', '*'],
    ['shop.example:443', 'shop.example:443'],
    ['', ''],
  ])('of %s is %s', (target, path) => {
    expect(pathOf(target)).toBe(path)
  })
})

describe('hostOf', () => {
  it.each([
    ['Shop.example:80', '/a', 'shop.example:80'],
    [undefined, '/a', undefined],
    ['a.example', 'http://A.example/a', 'a.example'],
    ['a.example:80', 'http://A.example:80?a', 'a.example:80'],
    ['a.example', 'http://b.example/a', undefined],
    ['a.example', 'http://user@a.example/a', undefined],
    [undefined, 'http://a.example/a', undefined],
    ['a.example', '*', 'a.example'],
    ['a.example:443', 'a.example:443', 'a.example:443'],
  ])('of the line %s and the target %s is %s', (line, target, host) => {
    expect(hostOf(line, target)).toBe(host)
  })
})
