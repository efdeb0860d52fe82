/** A server, or a browser, that is not an npm package. */
export type ServerName = 'redis' | 'memcached' | 'pgbouncer' | 'nginx' | 'chromium'

/** Where a server is looked for. */
export interface ServerSource {
  /** The variable that may hold its path. */
  readonly variable: string
  /** Its names on the PATH, the best first. */
  readonly commands: readonly string[]
  /** Debian's package. */
  readonly debian: string
  /** The executable in Debian's package, where it is not the command of the package's name. */
  readonly executable?: string
  /** Homebrew's formula. */
  readonly homebrew: string
}

/** Where each of them is looked for. */
export const serverSources: Readonly<Record<ServerName, ServerSource>> = {
  redis: {
    variable: 'SEAWALL_REDIS_SERVER',
    commands: ['redis-server', 'valkey-server'],
    debian: 'redis-server',
    homebrew: 'redis',
  },
  memcached: {
    variable: 'SEAWALL_MEMCACHED',
    commands: ['memcached'],
    debian: 'memcached',
    homebrew: 'memcached',
  },
  pgbouncer: {
    variable: 'SEAWALL_PGBOUNCER',
    commands: ['pgbouncer'],
    debian: 'pgbouncer',
    homebrew: 'pgbouncer',
  },
  nginx: {
    variable: 'SEAWALL_NGINX',
    commands: ['nginx'],
    debian: 'nginx',
    homebrew: 'nginx',
  },
  chromium: {
    variable: 'SEAWALL_CHROMIUM',
    commands: ['chromium', 'chromium-browser', 'google-chrome'],
    debian: 'chromium',
    // the command is a script that knows one place only
    executable: 'usr/lib/chromium/chromium',
    homebrew: 'chromium',
  },
}
