import { checkOptions, fn, type Rule, type Rules } from '@seawall/options'
import { askEach } from './ask-each.ts'
import { bulkLoad } from './bulk-load.ts'
import type { Cache } from './cache.ts'
import type { CacheKey } from './encode-key.ts'
import { entryRules, type ReadOptions } from './entry-options.ts'
import type { Loader } from './load-context.ts'
import type { Accepts } from './quest.ts'
import type { Handle, HandleOptions, Schema } from './typed-handle.ts'

const schemaRule: Rule = {
  must: 'a schema of the Standard Schema, version 1',
  isType: (value) =>
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    (value as Partial<Schema<unknown>>)['~standard']?.version === 1,
}

const rules: Rules<HandleOptions<never, never>> = {
  ...entryRules,
  key: fn('a function that returns a key'),
  tags: fn('a function that returns tags'),
  schema: schemaRule,
  load: fn('a loader'),
  loadMany: fn('a loader of many'),
}

/** `getOrSet` that is told which decoded values may be used. */
type GetOrSetChecked = <T>(
  key: CacheKey,
  load: Loader<T>,
  options: ReadOptions,
  accepts: Accepts | undefined,
) => Promise<T>

/** The handle that `Cache.define` returns. */
export function createHandle<A, T>(
  cache: Cache,
  getOrSet: GetOrSetChecked,
  options: HandleOptions<A, T>,
): Handle<A, T> {
  checkOptions<HandleOptions<never, never>>('define entries', options as never, rules, ['key'])
  const { key: keyOf, tags, schema, load, loadMany, ...entry } = options
  const loadOne = load ?? (loadMany && bulkLoad(loadMany))
  if (loadOne === undefined) throw new TypeError("Cannot define entries as one of 'load' and 'loadMany' must be given")
  const accepts = schema && (async (value: unknown) => (await schema['~standard'].validate(value)).issues === undefined)
  const optionsOf = (argument: A) => (tags === undefined ? entry : { ...entry, tags: tags(argument) })
  const loaderOf =
    (argument: A, loadAny: (argument: A, ...rest: Parameters<Loader<T>>) => T | Promise<T>): Loader<T> =>
    async (context) =>
      checked(await loadAny(argument, context), schema)
  const get = (argument: A, loader: Loader<T>, rest?: Pick<ReadOptions, 'signal'>) =>
    getOrSet(keyOf(argument), loader, { ...optionsOf(argument), ...rest }, accepts)
  return {
    keyOf,
    get: (argument, rest) => get(argument, loaderOf(argument, loadOne), rest),
    getMany: (args) => {
      const loadAny = loadMany === undefined ? loadOne : bulkLoad(loadMany)
      return askEach(args, (argument) => get(argument, loaderOf(argument, loadAny)))
    },
    peek: (argument) => cache.peek<T>(keyOf(argument)),
    refresh: (argument) => cache.refresh(keyOf(argument), loaderOf(argument, loadOne), optionsOf(argument)),
    set: async (argument, value) => cache.set(keyOf(argument), await checked(value, schema), optionsOf(argument)),
    delete: (argument) => cache.delete(keyOf(argument)),
    expire: (argument) => cache.expire(keyOf(argument)),
  }
}

async function checked<T>(value: T, schema: Schema<T> | undefined): Promise<T> {
  if (schema === undefined || value === undefined) return value
  const result = await schema['~standard'].validate(value)
  if (result.issues === undefined) return result.value
  const messages = result.issues.map((issue) => issue.message).join('; ')
  throw new TypeError(`Cannot cache a value as it must keep its schema: ${messages}`)
}
