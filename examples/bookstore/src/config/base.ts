import type { Settings } from '../settings.ts'

/** What holds everywhere unless an environment or a variable says otherwise. */
export const base: Settings = {
  environment: 'local',
  host: '127.0.0.1',
  port: 3000,
  databaseUrl: '',
  databaseTls: 'off',
  pgbouncer: false,
  redisUrl: undefined,
  memcachedUrl: undefined,
  sessionSecret: '',
  secureCookies: true,
  trustedProxies: [],
  requestsPerMinute: 300,
  poolMax: 10,
  upstreams: { stock: '', prices: '', recommendations: '' },
  upstreamDeadlineMs: 500,
  timeouts: { headersMs: 15_000, requestMs: 30_000, responseMs: 60_000, keepAliveMs: 65_000 },
  lingerMs: 0,
  logLevel: 'info',
  serverTiming: false,
}
