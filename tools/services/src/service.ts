/** A server that runs as long as its owner wants, and never longer than its owner lives. */
export interface Service {
  /** What runs: `postgres`, `redis`, `memcached`, `pgbouncer`, `sentinel`. */
  readonly name: string
  /** Where clients find it. */
  readonly url: string
  /** Its port on 127.0.0.1, the same for its whole life. */
  readonly port: number
  /** Its process now, another one after `restart()`; undefined while it does not run. */
  readonly pid: number | undefined
  /** The file it writes its log to. */
  readonly log: string
  /** Ends it for good, and removes its folder. */
  stop(): Promise<void>
  /** Ends it in an orderly way and keeps its data for `restart()`. */
  halt(): Promise<void>
  /** Freezes its processes (SIGSTOP): connections stay open and nothing answers. */
  pause(): Promise<void>
  /** Lets frozen processes go on (SIGCONT). */
  resume(): Promise<void>
  /** Ends its processes by SIGKILL; resolves when they are dead. Its data stays for `restart()`. */
  kill(): Promise<void>
  /** Starts it again on the same port with the same data, after a `halt()` if it still runs; resolves when it answers. */
  restart(): Promise<void>
}
