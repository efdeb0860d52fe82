import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  selfSignedCertificate,
  startMemcached,
  startNginx,
  startPgBouncer,
  startPostgres,
  startRedis,
  type Service,
} from '@seawall/services'
import { startApp, type App } from './start-app.ts'

/** Everything that production has, on this machine: nginx, two processes, PgBouncer, PostgreSQL, Redis, Memcached. */
export interface Stack {
  /** Where nginx listens, with TLS. */
  readonly url: string
  /** The certificate that it shows, in PEM. */
  readonly certificate: string
  /** The two processes of the bookstore. */
  readonly apps: readonly [App, App]
  /** What stands behind them. */
  readonly services: Readonly<Record<'postgres' | 'pgbouncer' | 'redis' | 'memcached' | 'nginx', Service>>
  /** Ends all of it. */
  stop(): Promise<void>
}

/**
 * Starts the stack on free ports.
 *
 * @param main - The file that runs the bookstore as a process.
 * @param variables - Over those that the stack gives the processes.
 */
export async function startStack(main: URL, variables: Readonly<Record<string, string>> = {}): Promise<Stack> {
  const started: { stop(): Promise<void> }[] = []
  const keep = <T extends { stop(): Promise<void> }>(one: T): T => (started.unshift(one), one)
  const stop = async (): Promise<void> => {
    for (const one of started) await one.stop()
  }
  try {
    const [postgres, redis, memcached] = await Promise.all([startPostgres(), startRedis(), startMemcached()])
    for (const one of [postgres, redis, memcached]) keep(one)
    // its own 15 s would outlast every restart of PostgreSQL
    const settings = { server_login_retry: 1 }
    const pgbouncer = keep(await startPgBouncer(postgres.url, { settings }))
    const environment = {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      DATABASE_URL: pgbouncer.url,
      DATABASE_TLS: 'off',
      DATABASE_POOLER: 'pgbouncer',
      REDIS_URL: redis.url,
      MEMCACHED_URL: memcached.url,
      SESSION_SECRET: randomBytes(32).toString('base64url'),
      TRUSTED_PROXIES: '127.0.0.1',
      LOG_LEVEL: 'warn',
      ...variables,
    }
    const first = keep(await startApp(main, environment))
    const second = keep(await startApp(main, environment))
    const certificate = selfSignedCertificate(['localhost', 'bookstore.localhost'])
    const nginx = keep(await startNginx((folder, port) => configure(folder, port, [first, second], certificate)))
    const url = nginx.url.replace('127.0.0.1', 'localhost')
    const services = { postgres, pgbouncer, redis, memcached, nginx }
    return { url, certificate: certificate.cert, apps: [first, second], services, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function configure(
  folder: string,
  port: number,
  [first, second]: readonly [App, App],
  { cert, key }: { readonly cert: string; readonly key: string },
): Promise<string> {
  const values: Readonly<Record<string, string>> = {
    LISTEN: `127.0.0.1:${port}`,
    APP_1: new URL(first.url).host,
    APP_2: new URL(second.url).host,
    TLS_CERTIFICATE: join(folder, 'tls.crt'),
    TLS_KEY: join(folder, 'tls.key'),
  }
  await writeFile(values['TLS_CERTIFICATE'] ?? '', cert)
  await writeFile(values['TLS_KEY'] ?? '', key)
  const template = await readFile(new URL('../nginx.conf.template', import.meta.url), 'utf8')
  return template.replace(/\$\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
}
