/** A statement that was sent. */
export interface StatementCount {
  /** Its text, without comments and literals: `select "name" from "author" where "id" = $1`. */
  readonly sql: string
  /** How often it was sent. */
  readonly count: number
  /** Where the code asked for it, as far as that is known: `src/catalog.ts:12:20`. */
  readonly at: string | undefined
}

/** A statement that was sent again and again. */
export interface RepeatedStatement extends StatementCount {
  /** What would take its place. */
  readonly advice: string
}

/** The statements of a request, or of a function. */
export interface QueryReport {
  /** How many statements were sent. Those that begin and end transactions do not count. */
  readonly queries: number
  /** How many are allowed; `Infinity` where nothing was said. */
  readonly max: number
  /** Each statement, the most frequent first; no more than 100 of them. */
  readonly statements: readonly StatementCount[]
  /** Those that were sent so often that a relation is missing. */
  readonly repeated: readonly RepeatedStatement[]
}

/** The report in words: the count, then a line for each statement. */
export function describe({ queries, max, statements, repeated }: QueryReport): string {
  const allowed = max === Infinity ? '' : `, at most ${max} allowed`
  const advice = new Map<StatementCount, string>(repeated.map((one) => [one, one.advice]))
  const listed = max === Infinity ? repeated : statements
  const lines = listed.slice(0, 20).map((one) => {
    const { count, sql, at } = one
    const hint = advice.get(one)
    return `  ${count} × ${sql}${at === undefined ? '' : `\n      at ${at}`}${hint === undefined ? '' : `\n      ${hint}`}`
  })
  if (listed.length > lines.length) lines.push(`  and ${listed.length - lines.length} other statements`)
  return [`${queries} statements were sent${allowed}`, ...lines].join('\n')
}
