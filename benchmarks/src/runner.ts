/** What a contender's module exports as `start`: everything that is not measured happens in it. */
export type Start<Setting = unknown> = (setting: Setting) => Promise<Runner>

/** A contender, ready to work. */
export interface Runner {
  /** Does so many operations. What it returns are further figures of this round by name, such as a percentile. */
  round(operations: number): Promise<Readonly<Record<string, number>> | void>
  /** Closes what `start` has opened. */
  end?(): Promise<void> | void
}
