import type { Row } from './benchmark.ts'
import type { Bar } from './hold-bars.ts'
import { median } from './statistics.ts'

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

/** How busy its core a server must be for requests per second to say something about the server. */
const fullyBusy = 0.85

/**
 * A contender answers so many times the requests that another answers in the same time, turn by turn. Where one of the two
 * was waiting for its client, the client was measured, not the server: what a request costs the server then counts.
 */
export function answersAtLeastTimes(contender: string, other: string, limit: number): Bar<Row> {
  const areBusy = (rows: ReadonlyMap<string, Row>): boolean =>
    [contender, other].every((name) => busyShare(row(rows, name)) >= fullyBusy)
  return {
    text: `${contender} / ${other}`,
    limit,
    is: 'at least',
    measure: (rows) => {
      const [ours, theirs] = [row(rows, contender).rounds, row(rows, other).rounds]
      const perSecond = ours.map((round, turn) => (round.perSecond ?? NaN) / (theirs[turn]?.perSecond ?? NaN))
      const perCpu = ours.map(({ cpuNs }, turn) => (theirs[turn]?.cpuNs ?? NaN) / cpuNs)
      return median(areBusy(rows) ? perSecond : perCpu)
    },
    by: (rows) => (areBusy(rows) ? 'by requests per second' : 'by server CPU per request'),
  }
}

/** The share of one core that a server has used while it was under load. */
export function busyShare({ cpuNs, perSecond = NaN }: Row): number {
  return (cpuNs * perSecond) / 1e9
}

function row(rows: ReadonlyMap<string, Row>, contender: string): Row {
  const found = rows.get(contender)
  if (found === undefined) throw new Error(`Cannot hold a bar against '${contender}' as it is not in the race`)
  return found
}
