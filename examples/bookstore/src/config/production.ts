import type { Settings } from '../settings.ts'

/** Behind a proxy that ends TLS, with a database across a network. */
export const production: Partial<Settings> = {
  host: '0.0.0.0',
  databaseTls: 'required',
  lingerMs: 5000,
}
