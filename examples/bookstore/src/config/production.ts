import type { Settings } from '../settings.ts'

/** Behind a proxy that ends TLS. */
export const production: Partial<Settings> = {
  host: '0.0.0.0',
}
