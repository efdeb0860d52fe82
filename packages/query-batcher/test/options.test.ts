import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import { expect, test } from 'vitest'
import { many, one } from '../src/kysely.ts'
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
    "Cannot create a 'many' relation as 'on' must be two names, the child's column and the parent's: current value is undefined",
  ],
  [
    { on: ['user.id'] },
    `Cannot create a 'many' relation as 'on' must be two names, the child's column and the parent's: current value is ["user.id"]`,
  ],
  [
    { on: ['user.id', 1] },
    `Cannot create a 'many' relation as 'on' must be two names, the child's column and the parent's: current value is ["user.id",1]`,
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
    "Cannot create a 'many' relation as 'required' is not an option: known options are on, maxKeys",
  ],
])('many refuses the options %j', (options, message) => {
  expect(() => many(users, options as never)).toThrow(new TypeError(message))
})

test.each([[0], [-1], [1.5], [Infinity], [NaN]])('many refuses %d as maxKeys', (maxKeys) => {
  expect(() => many(users, { on: ['user.id', 'id'], maxKeys })).toThrow(RangeError)
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
      `Cannot add relations to a 'many' relation as 'user' must be a relation made by 'one' or 'many': current value is 7`,
    ),
  )
})
