/** A limit that rows are held against. Missing it is reported, and fails nothing. */
export interface Bar<Row> {
  readonly text: string
  readonly limit: number
  /** Which side of the limit is the good one. @default 'at most' */
  readonly is?: 'at least' | 'at most'
  readonly measure: (rows: ReadonlyMap<string, Row>) => number
  /** What was measured, where that depends on the rows; it stands behind the text. */
  readonly by?: (rows: ReadonlyMap<string, Row>) => string
}

/** How rows stand to a bar. */
export interface BarResult {
  readonly text: string
  readonly limit: number
  readonly is: 'at least' | 'at most'
  readonly measured: number
  /** Unclear when noise was larger than what was to be measured. */
  readonly verdict: 'met' | 'missed' | 'unclear'
}

/** Holds rows against bars. */
export function holdBars<Row extends { readonly contender: string }>(
  bars: readonly Bar<Row>[],
  rows: readonly Row[],
): BarResult[] {
  const byName = new Map(rows.map((row) => [row.contender, row]))
  return bars.map(({ text: what, limit, is = 'at most', measure, by }) => {
    const text = by === undefined ? what : `${what}, ${by(byName)}`
    const measured = measure(byName)
    const isMet = is === 'at least' ? measured >= limit : measured <= limit
    return { text, limit, is, measured, verdict: Number.isNaN(measured) ? 'unclear' : isMet ? 'met' : 'missed' }
  })
}
