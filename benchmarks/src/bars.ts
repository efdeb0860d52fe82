import type { Row } from './benchmark.ts'
import type { Bar } from './hold-bars.ts'

/** A contender may cost so much on top of the first. */
export function addsAtMostNs(contender: string, limit: number): Bar<Row> {
  return {
    text: `${contender}: added µs`,
    limit: limit / 1000,
    measure: (rows) => row(rows, contender).addedNs / 1000,
  }
}

/** A contender may cost so many times what another adds. */
export function addsAtMostTimes(contender: string, other: string, limit: number): Bar<Row> {
  return {
    text: `${contender}: added cost as a multiple of what ${other} adds`,
    limit,
    measure: (rows) => {
      const { addedNs } = row(rows, other)
      // less than nothing is noise, and a share of noise says nothing
      return addedNs > 0 ? row(rows, contender).addedNs / addedNs : NaN
    },
  }
}

/** A contender makes no promise that the first does not make as well. */
export function addsNoPromise(contender: string): Bar<Row> {
  return {
    text: `${contender}: promises added to a request`,
    limit: 0,
    measure: (rows) => row(rows, contender).promises - ([...rows.values()][0] as Row).promises,
  }
}

/** A contender answers so many times the requests that another answers in the same time. */
export function answersAtLeastTimes(contender: string, other: string, limit: number): Bar<Row> {
  return {
    text: `${contender}: requests per second as a multiple of those of ${other}`,
    limit,
    is: 'at least',
    measure: (rows) => (row(rows, contender).perSecond ?? NaN) / (row(rows, other).perSecond ?? NaN),
  }
}

function row(rows: ReadonlyMap<string, Row>, contender: string): Row {
  const found = rows.get(contender)
  if (found === undefined) throw new Error(`Cannot hold a bar against '${contender}' as it is not in the race`)
  return found
}
