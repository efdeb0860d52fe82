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
  sessionSecret: '',
  secureCookies: true,
  trustedProxies: [],
  requestsPerMinute: 300,
  poolMax: 10,
  upstreams: { stock: '', prices: '', recommendations: '' },
  upstreamDeadlineMs: 500,
  logLevel: 'info',
  serverTiming: false,
}
