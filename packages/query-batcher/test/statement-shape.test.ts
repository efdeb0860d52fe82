import { expect, test } from 'vitest'
import { statementOf } from '../src/budget/statement-shape.ts'

test.each([
  ['select "name" from "author" where "id" = $1', 'select "name" from "author" where "id" = $1'],
  [
    "select 1 from t where a = 'it''s' and b = E'\\'secret' and c = 1.5e3",
    'select ? from t where a = ? and b = ? and c = ?',
  ],
  ["select * from t2 where like_e = 'x' and \"a'1\" = 3", 'select * from t2 where like_e = ? and "a\'1" = ?'],
  ['select $$it is secret$$, $tag$ $$ $tag$, $1', 'select ?, ?, $1'],
  ["select 1 /* route='/books',traceparent='00-4bf' */ -- 5\n", 'select ?'],
  ['select 1 where id in ($1, $2, $3) or id in (4, 5)', 'select ? where id in (…) or id in (…)'],
  ["select 'never closed secret", 'select ?'],
])('takes values and comments out of %s', (sql, shape) => {
  expect(statementOf(sql).sql).toBe(shape)
})

test('cuts a very long statement', () => {
  expect(statementOf(`select '${'x'.repeat(1_000_000)}'`).sql).toBe('select ?')
  expect(statementOf(`select ${'a, '.repeat(100_000)}a`).sql.length).toBeLessThan(4_100)
})

test.each(['begin', 'START TRANSACTION isolation level serializable', 'commit', 'rollback to a', 'savepoint a'])(
  'knows %s for control',
  (sql) => expect(statementOf(sql).isControl).toBe(true),
)

test('knows a query for none', () => {
  expect(statementOf('select "begin" from "commit"').isControl).toBe(false)
})
