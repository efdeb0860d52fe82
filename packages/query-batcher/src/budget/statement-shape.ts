/** Comments; then literals: strings escaped, plain and dollar-quoted, and numbers; then what stays: names and `$1`. */
const parts = new RegExp(
  [
    String.raw`(\/\*[^]*?(?:\*\/|$)|--[^\n]*)`,
    String.raw`([eE]'(?:[^'\\]|\\[^]|'')*(?:'|$)|'(?:[^']|'')*(?:'|$)|\$([A-Za-z_]\w*)?\$[^]*?(?:\$\3\$|$)|\d[\w.]*)`,
    String.raw`"(?:[^"]|"")*(?:"|$)|\$\d+|[A-Za-z_][\w$]*`,
  ].join('|'),
  'g',
)
const lists = /\bin \((?:(?:\$\d+|\?)(?:, ?)?)+\)/gi
const maxLength = 4_000

/** What a statement is whatever its values: without comments, literals and the length of its lists. */
function shapeOf(sql: string): string {
  const cut = sql.length > maxLength ? `${sql.slice(0, maxLength)} …` : sql
  const plain = cut.replace(parts, (part, comment?: string, literal?: string) => {
    if (comment !== undefined) return ''
    return literal === undefined ? part : '?'
  })
  return plain.replace(lists, 'in (…)').trim()
}

const control =
  /^(?:begin|start transaction|commit|end|rollback|savepoint|release|set transaction|discard|deallocate)\b/i

/** A statement whatever its values. */
export interface Statement {
  readonly sql: string
  /** Whether it says how to run others, and asks for nothing itself. */
  readonly isControl: boolean
}

/** Those of the texts that were sent lately: most programs send few, so their shape is found once and not per request. */
const known = new Map<string, Statement>()
const maxKnown = 1_000

export function statementOf(text: string): Statement {
  const found = known.get(text)
  if (found !== undefined) return found
  const sql = shapeOf(text)
  const statement = { sql, isControl: control.test(sql) }
  if (known.size >= maxKnown) known.clear()
  if (text.length <= maxLength) known.set(text, statement)
  return statement
}
