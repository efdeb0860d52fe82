import { deepStrictEqual } from 'node:assert/strict'
import type { Look } from './in-process-client.ts'

/** What must be true of contenders' responses before they are measured. */
export type Check = (looks: ReadonlyMap<string, Look>) => void

/** Every contender answers 200 with the same body. */
export const sameBody: Check = (looks) => {
  const answers = [...looks].map(([name, { status, body }]) => ({ name, status, body }))
  const wanted = answers.map(({ name }) => ({ name, status: 200, body: answers[0]?.body }))
  deepStrictEqual(answers, wanted, 'the contenders answer differently')
}

/** All but the first contender have the same headers, and more than the first. */
export const sameHeaders: Check = (looks) => {
  const [[, bare], [model, { headers }], ...others] = [...looks] as [
    [string, Look],
    [string, Look],
    ...[string, Look][],
  ]
  const wanted = comparable(headers)
  for (const [name, look] of others)
    deepStrictEqual(comparable(look.headers), wanted, `${name} has other headers than ${model}`)
  if (Object.keys(headers).length - Object.keys(bare.headers).length < 11)
    throw new Error(`${model} has hardly more headers than a server without protection`)
}

/** All but the first contender send every one of helmet's headers, and tell their limit. */
export const guardedAlike: Check = (looks) => {
  sameBody(looks)
  for (const [name, { headers }] of [...looks].slice(1)) {
    const missing = helmetsHeaders.filter((header) => headers[header] === undefined)
    if (!Object.keys(headers).some((header) => header.includes('ratelimit'))) missing.push('ratelimit')
    if (missing.length > 0) throw new Error(`${name} does not send ${missing.join(', ')}`)
  }
}

/** What helmet sends by default, and so does every contender that is said to send the full headers. */
export const helmetsHeaders = [
  'content-security-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'origin-agent-cluster',
  'referrer-policy',
  'strict-transport-security',
  'x-content-type-options',
  'x-dns-prefetch-control',
  'x-download-options',
  'x-frame-options',
  'x-permitted-cross-domain-policies',
  'x-xss-protection',
]

/** In a policy, directives are separated with or without a space; nonces differ. */
function comparable(headers: Look['headers']): Look['headers'] {
  const { 'content-security-policy': policy = '', ...rest } = headers
  return { ...rest, 'content-security-policy': policy.replaceAll(/; */g, ';').replace(/'nonce-[^']+'/, 'a nonce') }
}
