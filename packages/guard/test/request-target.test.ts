import { describe, expect, it } from 'vitest'
import { authorityOf, hostOf, pathOf } from '../src/request-target.ts'

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

describe('authorityOf', () => {
  it.each([
    ['http://Shop.example:80/a', 'shop.example:80'],
    ['http://shop.example?a', 'shop.example'],
    ['/a', undefined],
    ['*', undefined],
    ['shop.example:443', undefined],
  ])('of %s is %s', (target, authority) => {
    expect(authorityOf(target)).toBe(authority)
  })
})

describe('hostOf', () => {
  it.each([
    [['Shop.example:80'], '/a', 'shop.example:80'],
    [[], '/a', undefined],
    [['a.example', 'a.example'], '/a', undefined],
    [['a.example'], 'http://A.example/a', 'a.example'],
    [['a.example'], 'http://b.example/a', undefined],
    [['a.example'], 'http://user@a.example/a', undefined],
    [[], 'http://a.example/a', undefined],
  ])('of the lines %j and the target %s is %s', (lines, target, host) => {
    expect(hostOf(lines, target)).toBe(host)
  })
})
