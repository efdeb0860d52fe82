import { parseDictionary } from 'structured-headers'
import { describe, expect, it } from 'vitest'
import { permissionsPolicy } from '../../src/headers/permissions-policy.ts'

const policyOf = (policy: unknown) => permissionsPolicy('permissionsPolicy', policy as Record<string, never>)

it.each<[unknown, string]>([
  [{ camera: [] }, 'camera=()'],
  [{ fullscreen: '*' }, 'fullscreen=*'],
  [{ geolocation: ['self', 'https://maps.example'] }, 'geolocation=(self "https://maps.example")'],
  [{ pictureInPicture: ['self'], 'xr-spatial-tracking': [] }, 'picture-in-picture=(self), xr-spatial-tracking=()'],
  [{ chUaWow64: '*' }, 'ch-ua-wow64=*'],
  [
    { usb: ['https://*.shop.example:8443', 'http://[::1]:3000'] },
    'usb=("https://*.shop.example:8443" "http://[::1]:3000")',
  ],
  [{ camera: { allow: [], reportTo: 'main' } }, 'camera=();report-to=main'],
  [{ camera: { allow: '*', reportTo: 'main' } }, 'camera=*;report-to=main'],
  [{ others: { 'time-travel': ['self'], a: '*' }, midi: [] }, 'midi=(), time-travel=(self), a=*'],
  [{ camera: undefined, midi: [] }, 'midi=()'],
])('writes %j as browsers read it', (policy, value) => {
  expect(policyOf(policy).value).toBe(value)
  expect(parseDictionary(value).size).toBeGreaterThan(0)
})

it('tells the endpoints that it reports to', () => {
  expect(
    policyOf({ camera: { allow: [], reportTo: 'one' }, others: { x: { allow: [], reportTo: 'two' } } }).endpoints,
  ).toEqual(['one', 'two'])
})

it('goes by the name of its option', () => {
  expect(policyOf({}).name).toBe('permissions-policy')
  expect(permissionsPolicy('permissionsPolicyReportOnly', {}).name).toBe('permissions-policy-report-only')
})

describe('refused', () => {
  it.each<[unknown, string]>([
    [{ camra: [] }, `'camra' is not an option: did you mean 'camera'?`],
    [{ 'picture-in-pictures': [] }, `did you mean 'picture-in-picture'?`],
    [{ camera: 5 }, `'camera' must be '*' or a list of`],
    [{ camera: true }, `'camera' must be '*' or a list of`],
    [{ camera: null }, `'camera' must be`],
    [{ camera: [5] }, `'camera' must be`],
    [{ camera: { allow: [] } }, `Cannot set permissionsPolicy 'camera' as 'reportTo' must be the name of an endpoint`],
    [{ camera: { reportTo: 'x' } }, `'allow' must be`],
    [{ camera: { allow: [], reportTo: 'x', report: 1 } }, `'report' is not an option: did you mean 'reportTo'?`],
    [{ others: [] }, `'others' must be an object`],
    [{ others: { x: undefined } }, `'x' must be`],
  ])('as of the wrong type: %j', (policy, message) => {
    expect(() => policyOf(policy)).toThrow(TypeError)
    expect(() => policyOf(policy)).toThrow(message)
  })

  it.each<[unknown]>(
    [
      { camera: 'self' },
      { camera: 'none' },
      { camera: ['none'] },
      { camera: ['*'] },
      { camera: ['src'] },
      { camera: ['self', 'self'] },
      { camera: ['https://a.example/'] },
      { camera: ['https://A.example'] },
      { camera: ['https://a.example:443'] },
      { camera: ['https://user@a.example'] },
      { camera: ['a.example'] },
      { camera: ['https://bücher.example'] },
      { camera: ['https://a.*.example'] },
      { camera: ['https://*'] },
      { camera: ['ftp://a.example'] },
      { camera: ['https://a.example\r\nx: y'] },
      { camera: ['https://a.example"'] },
      { camera: { allow: [], reportTo: 'Main' } },
      { camera: { allow: [], reportTo: 'a b' } },
      { camera: { allow: 'self', reportTo: 'a' } },
      { others: { Camera: [] } },
      { others: { 'a b': [] } },
      { others: { 'x;y': [] } },
      { others: { x: 'self' } },
      { pictureInPicture: [], 'picture-in-picture': [] },
      { camera: [], others: { camera: [] } },
    ].map((policy) => [policy]),
  )('as out of range: %j', (policy) => {
    expect(() => policyOf(policy)).toThrow(RangeError)
    expect(() => policyOf(policy)).toThrow(/^Cannot set permissionsPolicy/)
  })
})
