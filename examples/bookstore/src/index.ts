/** The bookstore without a framework: routes, guards, settings and data. */
export { createBookstore, type Bookstore } from './create-bookstore.ts'
export { loadSettings } from './load-settings.ts'
export { queryOf, type Handler, type Incoming, type Outgoing, type Route } from './route.ts'
export type { Tables } from './schema.ts'
export { demoReader } from './seed.ts'
export type { Settings } from './settings.ts'
export { run } from './run.ts'
export { serve, type Mount, type RunningServer } from './serve.ts'
