import type { Settings } from '../settings.ts'

/** A developer's machine: plain HTTP on the loopback address, and timings for the browser's tools. */
export const local: Partial<Settings> = {
  secureCookies: false,
  serverTiming: true,
  logLevel: 'warn',
}
