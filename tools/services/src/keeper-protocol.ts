/**
 * How a process talks to its keeper.
 *
 * A keeper is a small process in a session of its own. It owns one temporary folder and every process started in it.
 * Commands arrive as lines of JSON on its stdin, and its answers leave as lines of JSON on its stdout. The pipe is the
 * lease: when stdin closes, by an orderly end, a crash or a SIGKILL, the keeper ends its processes and removes its folder.
 */

/** A program to be run by a keeper. */
export interface Program {
  /** The path of the executable. */
  readonly command: string
  /** Its arguments. */
  readonly args: readonly string[]
  /** What to add to the environment. */
  readonly env?: Readonly<Record<string, string>>
  /** The user to run it as. */
  readonly uid?: number
  /** The group to run it as. */
  readonly gid?: number
  /** The working directory; the keeper's folder by default. */
  readonly cwd?: string
  /** The signal that asks it to end; SIGTERM by default. */
  readonly stopSignal?: NodeJS.Signals
  /** How long `run` lets it work, in milliseconds; 120 seconds by default. */
  readonly timeoutMs?: number
}

/** What a keeper can be told to do. */
export type Order =
  | { readonly do: 'run'; readonly program: Program }
  | { readonly do: 'start'; readonly program: Program }
  | { readonly do: 'halt' }
  | { readonly do: 'kill' }
  | { readonly do: 'pause' }
  | { readonly do: 'resume' }

/** One line on a keeper's stdin. */
export type NumberedOrder = Order & { readonly id: number }

/** How a program that was run to its end came out. */
export interface Outcome {
  /** The exit code; null when a signal ended it. */
  readonly code: number | null
  /** The last part of what it wrote to stdout and stderr. */
  readonly output: string
}

/** One line on a keeper's stdout. */
export type Report =
  | { readonly folder: string }
  | { readonly exited: number }
  | { readonly failed: string }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string }
