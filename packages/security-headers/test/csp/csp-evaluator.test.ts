import { cspFindings, mediumMaybe } from '@seawall/scorers'
import { describe, expect, it } from 'vitest'
import { lintCsp, type CspFindingId } from '../../src/index.ts'

describe('what csp_evaluator calls a weakness', () => {
  it.each<[string, CspFindingId]>([
    ["script-src 'unsafe-inline'; object-src 'none'", 'csp/unsafe-inline'],
    ["script-src 'self' 'unsafe-eval'; object-src 'none'", 'csp/unsafe-eval'],
    ["script-src *; object-src 'none'", 'csp/wildcard'],
    ["script-src https:; object-src 'none'", 'csp/broad-scheme'],
    ["script-src data:; object-src 'none'", 'csp/broad-scheme'],
    ["script-src 'none'; object-src *", 'csp/wildcard'],
    ["script-src 'none'", 'csp/missing-object-src'],
    ["object-src 'none'", 'csp/missing-script-src'],
    ["script-src 'nonce-0123456789012345678901=='; object-src 'none'", 'csp/missing-base-uri'],
    ["script-src 'nonce-x'; object-src 'none'; base-uri 'none'", 'csp/nonce-too-short'],
    ["script-src 'none'; object-src 'none'; img-src http://a.example", 'csp/plain-http'],
    ["script-src self; object-src 'none'", 'csp/unquoted-keyword'],
    ["script-src 'sefl'; object-src 'none'", 'csp/misspelt-keyword'],
    ["script-src 'self' object-src 'none'", 'csp/missing-semicolon'],
    ["scirpt-src 'self'; default-src 'none'", 'csp/unknown-directive'],
    ["default-src 'none'; base-uri *", 'csp/wildcard'],
    ["script-src ajax.googleapis.com; object-src 'none'", 'csp/allowed-hosts'],
  ])('is found here too: %s', (policy, id) => {
    const theirs = cspFindings(policy).filter(({ check, rank }) => check === 'default' && rank <= mediumMaybe)
    const ours = lintCsp(policy).map((finding) => finding.id)
    expect([theirs.length > 0, ours]).toEqual([true, expect.arrayContaining([id])])
  })
})
