import type { Guard, GuardOptions } from '../src/index.ts'

/** What a conformance test mounts. */
export interface Setup {
  readonly guards: readonly Guard[]
  /** Mounted on `POST /echo`, behind the body parser. */
  readonly routeGuards?: readonly Guard[]
  readonly options?: GuardOptions
}

/** A running server. */
export interface Running {
  readonly port: number
  readonly close: () => Promise<void>
}

/**
 * A framework with its door, serving the same routes:
 * `GET /ok` 200 text · `/own` sets `x-constant: own` · `/cookies` two cookies · `/json` · `/empty` 204 · `/unchanged` 304 with
 * an ETag · `/redirect` 302 to `/ok` · `/throw`, `/reject` · `/stream` three chunks over time · `/hang` a chunk and no end ·
 * `POST /echo` behind a JSON parser and the route's guards, answers the parsed body · anything else 404.
 */
export interface Framework {
  readonly name: string
  start(setup: Setup): Promise<Running>
}

/** What `/throw` and `/reject` throw; no response may show it. */
export const secret = 'a detail for nobody'

/** The chunks of `/stream`, each a moment after the other. */
export async function* chunks(): AsyncGenerator<Buffer> {
  for (const text of ['one ', 'two ', 'three']) {
    yield Buffer.from(text)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** The chunk of `/hang`, and then silence. */
export async function* silence(): AsyncGenerator<Buffer> {
  yield Buffer.from('begun')
  await new Promise(() => {})
}
