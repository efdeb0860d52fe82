/*
 * Dates as PostgreSQL writes them into JSON, read as pg reads the same values of a row.
 */

const distantInstant =
  /^(?<year>\d+)-(?<month>\d\d)-(?<day>\d\d)T(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)(?:\.(?<ms>\d{1,3})\d*)?(?<sign>[+-])(?<offset>[\d:]+)(?<era> BC)?$/

/** A moment: `2001-02-03T04:05:06.789+00:00`. An infinite one is a number. */
export function instant(value: string): Date | number {
  const date = new Date(value)
  return Number.isNaN(date.getTime()) ? distant(value) : date
}

/** A time or a day without a zone, so in the process's own. An infinite one is a number. */
export function localTime(value: string): Date | number {
  const date = new Date(value.includes('T') ? value : `${value}T00:00:00`)
  return Number.isNaN(date.getTime()) ? infinite(value) : date
}

/** What no `Date` parses: years before Christ or above 9999, and zones that differ by seconds, as most did before 1900. */
function distant(value: string): Date | number {
  const { groups } = distantInstant.exec(value) ?? {}
  if (groups === undefined) return infinite(value)
  const { year, month, day, hour, minute, second, ms = '', sign, offset = '', era } = groups
  const [hours = 0, minutes = 0, seconds = 0] = offset.split(':').map(Number)
  const east = (hours * 3_600 + minutes * 60 + seconds) * (sign === '-' ? -1 : 1)
  const date = new Date(0)
  date.setUTCFullYear(era === undefined ? Number(year) : 1 - Number(year), Number(month) - 1, Number(day))
  date.setUTCHours(Number(hour), Number(minute), Number(second) - east, Number(ms.padEnd(3, '0')))
  return date
}

function infinite(value: string): number {
  if (value.endsWith('infinity')) return value.startsWith('-') ? -Infinity : Infinity
  throw new RangeError(`Cannot read the date ${value} from JSON: use the strategy 'select'`)
}
