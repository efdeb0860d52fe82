import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { inlineHash, type HashAlgorithm } from '../src/index.ts'

describe('the hash of inline code', () => {
  it('is the source that CSP level 3 gives as its example', () => {
    expect(inlineHash('doSomething();')).toBe("'sha256-RFWPLDbv2BY+rCkDzsE+0fr8ylGr2R2faWMhq4lfEQc='")
  })

  it.each<HashAlgorithm>(['sha256', 'sha384', 'sha512'])('can be of %s', (algorithm) => {
    const digest = createHash(algorithm).update('é\u{1f600}').digest('base64')
    expect(inlineHash('é\u{1f600}', algorithm)).toBe(`'${algorithm}-${digest}'`)
  })

  it('counts line ends as browsers read them', () => {
    expect(inlineHash('a\r\nb\rc')).toBe(inlineHash('a\nb\nc'))
    expect(inlineHash('a\n')).not.toBe(inlineHash('a'))
  })

  it('is made of text with a known algorithm only', () => {
    expect(() => inlineHash(5 as unknown as string)).toThrow(TypeError)
    expect(() => inlineHash('', 'md5' as HashAlgorithm)).toThrow(
      `Cannot hash inline code as 'algorithm' must be one of sha256, sha384, sha512: current value is md5`,
    )
  })
})
