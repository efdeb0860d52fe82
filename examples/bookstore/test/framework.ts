import type { Mount } from '../src/serve.ts'

/** What an example gives the suite. */
export interface Framework {
  /** Its name. */
  readonly name: string
  /** Mounts the bookstore. */
  readonly mount: Mount
  /** The file that runs it as a process of its own. */
  readonly main: URL
}
