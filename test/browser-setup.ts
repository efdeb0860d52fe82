import { findServer } from '@seawall/services'

/** Fetches the browser once, before every test file would do so for itself. */
export async function setup(): Promise<void> {
  await findServer('chromium')
}
