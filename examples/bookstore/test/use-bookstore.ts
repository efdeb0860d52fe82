import { createDatabase, type TestDatabase } from '@seawall/services'
import { Client } from 'pg'
import { afterAll, beforeAll, inject } from 'vitest'
import { loadSettings } from '../src/load-settings.ts'
import { demoReader } from '../src/seed.ts'
import { serve, type RunningServer } from '../src/serve.ts'
import { ask, type Answer, type Asked } from './ask.ts'
import type { Framework } from './framework.ts'

/** A bookstore with a database of its own, for one group of tests. */
export interface UsedBookstore {
  /** Where it listens. */
  readonly url: string
  /** Its database. */
  readonly databaseUrl: string
  /** A connection to its database that is not of its pool. */
  readonly admin: Client
  /** Sends it a request. */
  ask(path: string, asked?: Asked): Promise<Answer>
  /** Signs the demo reader in, once; resolves to the `Cookie` header. */
  signIn(): Promise<string>
  /** Starts another one on the same database. */
  startAnother(variables?: Variables): Promise<RunningServer>
}

type Variables = Readonly<Record<string, string>>

/** A bookstore for tests: on a free port, behind a proxy that is this machine, and without a word. */
export const quiet: Variables = {
  PORT: '0',
  LOG_LEVEL: 'silent',
  TRUSTED_PROXIES: '127.0.0.1',
  REQUESTS_PER_MINUTE: '1000',
}
const templates = new Map<string, Promise<TestDatabase>>()

/**
 * Starts a bookstore before the tests of a group, and ends it after them.
 *
 * @param variables - Over those of a quiet bookstore; made when the group starts.
 * @param server - The PostgreSQL server: by default the one that all tests share.
 */
export function useBookstore(
  framework: Framework,
  variables: () => Variables = () => ({}),
  server = () => inject('postgresUrl'),
): UsedBookstore {
  let database: TestDatabase
  let running: RunningServer
  let admin: Client
  let cookie: Promise<string> | undefined
  const start = (more?: Variables): Promise<RunningServer> =>
    serve(loadSettings({ ...quiet, DATABASE_URL: database.url, ...variables(), ...more }), framework.mount)

  beforeAll(async () => {
    const { pathname } = new URL((await seededDatabase(framework, server())).url)
    database = await createDatabase(server(), { template: pathname.slice(1) })
    running = await start()
    admin = new Client({ connectionString: database.url })
    admin.on('error', () => undefined)
    await admin.connect()
  })
  afterAll(async () => {
    await running.close()
    await admin.end()
    await database.drop()
  })
  return {
    get url() {
      return running.url
    },
    get databaseUrl() {
      return database.url
    },
    get admin() {
      return admin
    },
    ask: (path, asked) => ask(running.url + path, asked),
    signIn: () => {
      cookie ??= signIn(running.url)
      return cookie
    },
    startAnother: start,
  }
}

async function signIn(url: string): Promise<string> {
  const { headers } = await ask(`${url}/login`, { form: demoReader })
  return headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

/** Filled once for a server, and copied for each group. */
function seededDatabase(framework: Framework, server: string): Promise<TestDatabase> {
  const known = templates.get(server)
  if (known !== undefined) return known
  const made = makeSeededDatabase(framework, server)
  templates.set(server, made)
  return made
}

async function makeSeededDatabase(framework: Framework, server: string): Promise<TestDatabase> {
  const database = await createDatabase(server)
  const first = await serve(loadSettings({ ...quiet, DATABASE_URL: database.url }), framework.mount)
  await first.close()
  return database
}
