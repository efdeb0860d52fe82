import type { Guard } from '@seawall/guard'
import { allowedHosts, crossOriginProtection } from '@seawall/security-headers'
import { measureCheck, type Check } from '../checks-race.ts'
import { requestHeaders } from '../request.ts'
import type { RaceResult } from '../results.ts'

const base = requestHeaders
const readsAddress: Guard = { name: 'address', onRequest: ({ ip }) => (ip === '' ? { status: 500 } : undefined) }
const crossOrigin = crossOriginProtection()

const checks: readonly Check[] = [
  {
    name: 'crossOriginProtection(), POST, Sec-Fetch-Site',
    guard: crossOrigin,
    method: 'POST',
    headers: () => ({ ...base, origin: 'https://shop.example', 'sec-fetch-site': 'same-origin' }),
    limitNs: 50,
  },
  { name: 'crossOriginProtection(), GET', guard: crossOrigin, method: 'GET', headers: () => base, limitNs: 50 },
  {
    name: 'allowedHosts(), two patterns',
    guard: allowedHosts(['shop.example', '.shop.example']),
    method: 'GET',
    // another string each time, as a parser makes it
    headers: (n) => ({ ...base, host: ['shop', n % 2 === 0 ? 'example' : 'example:8080'].join('.') }),
    limitNs: 100,
  },
  {
    name: "the client's address behind one proxy",
    guard: readsAddress,
    options: { trustedProxies: ['127.0.0.0/8'] },
    method: 'GET',
    headers: (n) => ({ ...base, 'x-forwarded-for': `203.0.${n % 4}.${n % 250}` }),
    limitNs: 100,
  },
]

/** What the checks of a request cost, in nanoseconds. */
export const checksBenchmark = {
  name: 'checks',
  about: 'what the checks of a request cost beyond a guard that does nothing, in one process',
} as const

/** Measures and prints the checks. */
export function runChecks(rounds: number): RaceResult[] {
  const rows = checks.map((check) => measureCheck(check, rounds))
  console.log(`\n  ${''.padEnd(48)}  added ns   IQR  limit`)
  for (const { check, addedNs, spreadNs, limitNs } of rows)
    console.log(
      `  ${check.padEnd(48)}  ${addedNs.toFixed(0).padStart(8)}  ${spreadNs.toFixed(0).padStart(4)}  ${String(limitNs).padStart(5)}  ${addedNs <= limitNs ? 'met' : 'missed'}`,
    )
  return rows.map(({ check, addedNs, limitNs }) => ({
    framework: 'node:http',
    transport: check,
    rows: [],
    bars: [
      { text: check, limit: limitNs, is: 'at most', measured: addedNs, verdict: addedNs <= limitNs ? 'met' : 'missed' },
    ],
  }))
}
