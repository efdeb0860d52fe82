import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { nonce, type PolicyChange, type Report, type ReportBody, suggestPolicyChange } from '../src/index.ts'

const documentUrl = 'https://shop.example/cart'

function suggest(body: Partial<ReportBody>, type = 'csp-violation'): PolicyChange | undefined {
  const report: Report = {
    type,
    url: documentUrl,
    ageMs: 0,
    userAgent: undefined,
    repeats: 0,
    body: { documentUrl, details: {}, ...body },
  }
  return suggestPolicyChange(report)
}

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
const own = "default-src 'self'; script-src 'self'"

test.each<[string, string, string, string, Omit<PolicyChange, 'warning'>]>([
  [
    'another origin',
    'img-src',
    'https://img.example/a.png',
    own,
    { directive: 'img-src', sources: ['https://img.example'], inheritsFrom: 'default-src' },
  ],
  [
    'another port',
    'connect-src',
    'https://shop.example:8443/x',
    "connect-src 'none'",
    { directive: 'connect-src', sources: ['https://shop.example:8443'] },
  ],
  [
    'a web socket',
    'connect-src',
    'wss://live.example/x',
    "connect-src 'self'",
    { directive: 'connect-src', sources: ['wss://live.example'] },
  ],
  [
    'the own origin',
    'font-src',
    'https://shop.example/a.woff',
    "default-src 'none'",
    { directive: 'font-src', sources: ["'self'"], inheritsFrom: 'default-src' },
  ],
  ['a scheme', 'img-src', 'data', "img-src 'self'", { directive: 'img-src', sources: ['data:'] }],
  [
    'a form',
    'form-action',
    'https://pay.example/go',
    "form-action 'self'",
    { directive: 'form-action', sources: ['https://pay.example'] },
  ],
  [
    'a base',
    'base-uri',
    'https://cdn.example/',
    "base-uri 'self'",
    { directive: 'base-uri', sources: ['https://cdn.example'] },
  ],
  [
    'a style element',
    'style-src-elem',
    'https://cdn.example/a.css',
    "style-src 'self'",
    { directive: 'style-src', sources: ['https://cdn.example'] },
  ],
  [
    'a directive of its own',
    'style-src-elem',
    'https://cdn.example/a.css',
    "style-src 'self'; style-src-elem 'self'",
    { directive: 'style-src-elem', sources: ['https://cdn.example'] },
  ],
  ['an inline style', 'style-src-elem', 'inline', "style-src 'self'", { directive: 'style-src', sources: [nonce] }],
  ['an inline script', 'script-src-elem', 'inline', own, { directive: 'script-src', sources: [nonce] }],
  [
    'a script under strict-dynamic',
    'script-src-elem',
    'https://cdn.example/a.js',
    "script-src 'strict-dynamic' 'nonce-'",
    { directive: 'script-src', sources: [nonce] },
  ],
  ['WebAssembly', 'script-src', 'wasm-eval', own, { directive: 'script-src', sources: ["'wasm-unsafe-eval'"] }],
  [
    'a frame',
    'frame-src',
    'https://video.example/x',
    "child-src 'self'",
    { directive: 'frame-src', sources: ['https://video.example'], inheritsFrom: 'child-src' },
  ],
  [
    'an unknown policy',
    'img-src',
    'https://img.example/a.png',
    '',
    { directive: 'img-src', sources: ['https://img.example'] },
  ],
])('%s is allowed without a warning', (_what, effectiveDirective, blockedUrl, policy, change) => {
  expect(suggest({ effectiveDirective, blockedUrl, policy })).toEqual(change)
})

test.each<[string, string, string, PolicyChange['sources'], RegExp]>([
  [
    'a script of another host',
    'script-src-elem',
    'https://cdn.example/a;b,c.js',
    ['https://cdn.example/a%3Bb%2Cc.js'],
    /nonce or an integrity/,
  ],
  ['plain http', 'img-src', 'http://img.example/a.png', ['http://img.example'], /use https/],
  ['eval', 'script-src', 'eval', ["'unsafe-eval'"], /without eval/],
  ['an inline handler', 'script-src-attr', 'inline', ["'unsafe-inline'"], /addEventListener/],
  ['a script from a data address', 'script-src-elem', 'data', ['data:'], /nonce on the element/],
])('%s is allowed with a warning', (_what, effectiveDirective, blockedUrl, sources, warning) => {
  const change = suggest({ effectiveDirective, blockedUrl, policy: own })
  expect(change?.sources).toEqual(sources)
  expect(change?.warning).toMatch(warning)
})

test('an inline script that the sample holds as a whole is allowed by its hash', () => {
  const sample = 'start()'
  expect(suggest({ effectiveDirective: 'script-src-elem', blockedUrl: 'inline', sample, policy: own })).toEqual({
    directive: 'script-src',
    sources: [hash(sample)],
    warning: 'what somebody has injected is reported as well: only if you know it as your own',
  })
})

test.each(['x'.repeat(40), 'a\ufffdb'])('a sample that is not the whole script (%s) gives a nonce', (sample) => {
  const change = suggest({ effectiveDirective: 'script-src-elem', blockedUrl: 'inline', sample, policy: own })
  expect(change?.sources).toEqual([nonce])
})

test('an inline handler that the sample holds as a whole is allowed by its hash, with a warning', () => {
  const change = suggest({ effectiveDirective: 'script-src-attr', blockedUrl: 'inline', sample: 'go()', policy: own })
  expect(change).toMatchObject({ directive: 'script-src', sources: ["'unsafe-hashes'", hash('go()')] })
  expect(change?.warning).toMatch(/unsafe-hashes/)
})

test('a policy of trusted types is allowed by its name', () => {
  const body = {
    effectiveDirective: 'trusted-types',
    blockedUrl: 'trusted-types-policy',
    policy: "trusted-types 'none'",
  }
  expect(suggest({ ...body, sample: 'markdown' })).toEqual({ directive: 'trusted-types', sources: ['markdown'] })
  expect(suggest({ ...body, sample: "x; script-src '*'" })).toBeUndefined()
})

test.each<[string, Partial<ReportBody>, string?]>([
  ['another type of report', { effectiveDirective: 'img-src', blockedUrl: 'https://a.example/' }, 'coep'],
  ['no directive', { blockedUrl: 'https://a.example/' }],
  ['no address', { effectiveDirective: 'img-src' }],
  ['an unknown directive', { effectiveDirective: 'evil-src', blockedUrl: 'https://a.example/' }],
  ['an inline image', { effectiveDirective: 'img-src', blockedUrl: 'inline' }],
  ['frame-ancestors', { effectiveDirective: 'frame-ancestors', blockedUrl: 'https://a.example/' }],
  [
    'a sink that wants trusted types',
    { effectiveDirective: 'require-trusted-types-for', blockedUrl: 'trusted-types-sink' },
  ],
  ['a browser extension', { effectiveDirective: 'script-src-elem', blockedUrl: 'chrome-extension' }],
  ["a browser extension's file", { effectiveDirective: 'img-src', blockedUrl: 'moz-extension://abc/x.png' }],
])('%s gives no suggestion', (_what, body, type) => {
  expect(suggest(body, type)).toBeUndefined()
})
