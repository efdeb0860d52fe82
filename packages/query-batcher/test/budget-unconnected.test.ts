import { expect, test } from 'vitest'
import { expectQueries, QueryBudgetError, recordQuery } from '../src/budget.ts'

test('fails where nothing is connected that could count, instead of passing a test that tests nothing', async () => {
  await expect(expectQueries({ max: 3 }, () => 'a page')).rejects.toThrow(QueryBudgetError)
  await expect(expectQueries({ max: 3 }, () => 'a page')).rejects.toThrow('no statement was ever seen')
  expect(await expectQueries(0, () => 'a page')).toBe('a page')
  recordQuery('select 1')
  expect(await expectQueries({ max: 3 }, () => 'a page')).toBe('a page')
})
