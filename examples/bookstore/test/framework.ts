import type { Settings } from '../src/settings.ts'

/** A bookstore that listens. */
export interface Server {
  /** Where it listens. */
  readonly url: string
  /** Answers what is under way, and ends. */
  close(): Promise<void>
}

/** What an example gives the suite. */
export interface Framework {
  /** Its name. */
  readonly name: string
  /** Starts the bookstore in this process. */
  start(settings: Settings): Promise<Server>
  /** The file that runs it as a process of its own. */
  readonly main: URL
}
