import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { queryBudget, recordQuery, repeatDetector } from '../src/budget.ts'
import { turn } from './held-batcher.ts'
import { warningsOf } from './warnings.ts'

class ReportError extends Error {}

function throwing(): never {
  throw new ReportError('secret')
}

const failures: [string, () => unknown][] = [
  ['throws', throwing],
  ['rejects', async () => throwing()],
]

/** Each statement at its own place and with its own text, as a finding is told once. */
function sendTwo(table: string): void {
  for (let count = 0; count < 2; count++) recordQuery(`select * from ${table}`)
}

test.each(failures)('gives what the request gives when onReport %s, and warns', async (how, onReport) => {
  const failed = warningsOf('SEAWALL_QUERY_BUDGET_REPORT')
  const found = warningsOf('SEAWALL_QUERY_BUDGET')
  const budget = queryBudget(1, { onReport })
  expect(budget.run(() => sendTwo(`at_once_${how}`))).toBe(undefined)
  expect(await budget.run(async () => sendTwo(`later_${how}`) ?? 'page')).toBe('page')
  expect(await failed.messages()).toEqual([
    'The function given to onReport has thrown a ReportError, so reports go to warnings',
  ])
  expect(await found.messages()).toEqual([
    expect.stringContaining(`2 × select * from at_once_${how}`),
    expect.stringContaining(`2 × select * from later_${how}`),
  ])
})

test('leaves the error of a request as it is when onReport throws', async () => {
  const detector = repeatDetector({ repeats: 2, onReport: throwing })
  const fail = () => {
    sendTwo('failing')
    throw new RangeError('down')
  }
  expect(() => detector.run(fail)).toThrow(RangeError)
  await expect(detector.run(async () => fail())).rejects.toThrow(RangeError)
  await turn()
})

test.each(failures)("does not throw out of the response's close when onReport %s", async (how, onReport) => {
  const warnings = warningsOf('SEAWALL_QUERY_BUDGET_REPORT')
  const response = new EventEmitter()
  queryBudget(1, { onReport }).run(() => sendTwo(`closed_${how}`), response)
  expect(response.emit('close')).toBe(true)
  await turn()
  expect(await warnings.messages()).toHaveLength(1)
})
