import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import { expect, test } from 'vitest'
import { aggregate, count, exists, join, many, one, prefetch, prefetchRows } from '../src/kysely.ts'
import type { Bookstore } from './schema.ts'

const db = new Kysely<Bookstore>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (kysely) => new PostgresIntrospector(kysely),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})
const users = db.selectFrom('user').select('id')

test.each([
  [undefined, "Cannot create a 'many' relation as the options must be an object: current value is undefined"],
  [
    {},
    "Cannot create a 'many' relation as 'on' must be two names, the child's column and the parent's, or a list of such pairs: current value is undefined",
  ],
  [
    { on: ['user.id'] },
    `Cannot create a 'many' relation as 'on' must be two names, the child's column and the parent's, or a list of such pairs: current value is ["user.id"]`,
  ],
  [
    { on: ['user.id', 1] },
    `Cannot create a 'many' relation as 'on' must be two names, the child's column and the parent's, or a list of such pairs: current value is ["user.id",1]`,
  ],
  [
    { on: ['user.id', 'id'], maxKeys: '9' },
    `Cannot create a 'many' relation as 'maxKeys' must be an integer of at least 1: current value is "9"`,
  ],
  [
    { on: ['user.id', 'id'], maxkeys: 9 },
    "Cannot create a 'many' relation as 'maxkeys' is not an option: did you mean 'maxKeys'?",
  ],
  [
    { on: ['user.id', 'id'], required: true },
    "Cannot create a 'many' relation as 'required' is not an option: known options are on, maxKeys, limit, offset, perParent, backReference",
  ],
])('many refuses the options %j', (options, message) => {
  expect(() => many(users, options as never)).toThrow(new TypeError(message))
})

test.each([[0], [-1], [1.5], [Infinity], [NaN]])('many refuses %d as maxKeys', (maxKeys) => {
  expect(() => many(users, { on: ['user.id', 'id'], maxKeys })).toThrow(RangeError)
})

test.each([
  [{ limit: 0 }, "'limit' must be an integer of at least 1: current value is 0"],
  [{ offset: -1 }, "'offset' must be an integer of at least 0: current value is -1"],
  [{ perParent: 'union' }, `'perParent' must be one of "lateral", "window": current value is "union"`],
  [{ backReference: '' }, `'backReference' must be a string that is not empty: current value is ""`],
  [
    { on: [] },
    "'on' must be two names, the child's column and the parent's, or a list of such pairs: current value is []",
  ],
])('many refuses %j', (options, message) => {
  const refused = () => many(users, { on: ['user.id', 'id'], ...options } as never)
  expect(refused).toThrow(new RangeError(`Cannot create a 'many' relation as ${message}`))
})

test.each([
  [{ strategy: 'union' }, `'strategy' must be one of "select", "json", "subquery": current value is "union"`],
  [{ snapshot: 1 }, "'snapshot' must be true or false: current value is 1"],
  [{ signal: {} }, "'signal' must be an AbortSignal: current value is {}"],
  [{ stategy: 'json' }, "'stategy' is not an option: did you mean 'strategy'?"],
])('prefetch refuses %j', async (options, message) => {
  await expect(prefetch(db, users, {}, options as never)).rejects.toThrow(`Cannot prefetch as ${message}`)
})

test('join and prefetchRows refuse a strategy', async () => {
  const options = { strategy: 'json' } as never
  await expect(join(db, users, {}, options)).rejects.toThrow("Cannot join as 'strategy' is not an option")
  await expect(prefetchRows(db, [], {}, options)).rejects.toThrow("Cannot prefetch as 'strategy' is not an option")
})

test.each([
  ['count', count],
  ['exists', exists],
  ['aggregate', aggregate],
] as const)('%s refuses what it has no use for', (name, make) => {
  expect(() => make(users, { on: ['user.id', 'id'], limit: 3 } as never)).toThrow(
    `Cannot create a '${name}' relation as 'limit' is not an option: known options are on, maxKeys`,
  )
})

test('many refuses an empty name', () => {
  expect(() => many(users, { on: ['user.id', ''] })).toThrow(RangeError)
})

test('one refuses a required that is no boolean', () => {
  expect(() => one(users, { on: ['user.id', 'id'], required: 'yes' as never })).toThrow(
    new TypeError(`Cannot create a 'one' relation as 'required' must be true or false: current value is "yes"`),
  )
})

test('takes undefined for the default', () => {
  expect(() => one(users, { on: ['user.id', 'id'], required: undefined, maxKeys: undefined })).not.toThrow()
})

test.each([[undefined], [null], [{}], ['user'], [db]])('refuses %o as a query', (query) => {
  expect(() => many(query as never, { on: ['user.id', 'id'] } as never)).toThrow(TypeError)
})

test.each([
  ['limit', users.limit(3)],
  ['offset', users.offset(3)],
  ['fetch', users.fetch(3)],
  ['distinct on', users.distinctOn('name')],
  ['union, intersect or except', users.union(users)],
])('refuses a query with %s', (clause, query) => {
  const message = `Cannot create a relation as its query has '${clause}', which would act on the rows of all parents together`
  expect(() => many(query, { on: ['user.id', 'id'] })).toThrow(message)
  expect(() => one(query, { on: ['user.id', 'id'] })).toThrow(message)
})

test('takes a limit in a subquery', () => {
  const latest = db.selectFrom(users.limit(3).as('latest')).select('latest.id')
  expect(() => many(latest, { on: ['latest.id', 'id'] })).not.toThrow()
})

test.each([[undefined], [null], [[]], ['user'], [{ user: undefined }], [{ user: users }]])(
  'with refuses %o',
  (relations) => {
    const relation = many(users, { on: ['user.id', 'id'] })
    expect(() => relation.with(relations as never)).toThrow(TypeError)
    expect(() => one(users, { on: ['user.id', 'id'] }).with(relations as never)).toThrow(TypeError)
  },
)

test('with names the relation that is none', () => {
  expect(() => many(users, { on: ['user.id', 'id'] }).with({ user: 7 } as never)).toThrow(
    new TypeError(
      `Cannot add relations to a 'many' relation as 'user' must be a relation made by 'one', 'many', 'count', 'exists' or 'aggregate': current value is 7`,
    ),
  )
})
