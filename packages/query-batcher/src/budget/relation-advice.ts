const name = String.raw`"?([\w$]+)"?`
const source = new RegExp(String.raw`\bfrom (?:"?[\w$]+"?\.)?${name}(?: as ${name})?`, 'i')
const condition = new RegExp(String.raw`\bwhere \(*(?:${name}\.)?${name} = (?:\$\d+|\?|any ?\()`, 'i')
const countOnly = /^select count\(/i
const written = new RegExp(String.raw`^(insert into|update|delete from) (?:"?[\w$]+"?\.)?${name}`, 'i')

/** What would ask once, where a statement of this shape was sent many times. */
export function adviceOn(shape: string): string {
  const write = written.exec(shape)
  if (write) return adviceOnWrite(write[1] ?? '', write[2] ?? '')
  const table = source.exec(shape)
  const where = condition.exec(shape)
  const column = where?.[2]
  if (!table || column === undefined)
    return 'ask for all of them in one statement, with `= any($1)`, or through a Batcher'
  const [, from = '', alias] = table
  const owner = where?.[1] ?? alias ?? from
  const query = `db.selectFrom('${alias === undefined ? from : `${from} as ${alias}`}')`
  // a column that is called after another table leads to one row of it from many rows here
  if (!/_id$|[a-z]Id$/.test(column)) return relation('one', query, `${owner}.${column}`, `${from}_${column}`)
  return relation(countOnly.test(shape) ? 'count' : 'many', query, `${owner}.${column}`, 'id')
}

function relation(kind: string, query: string, reference: string, parent: string): string {
  return `load them with ${kind}(${query}…, { on: ['${reference}', '${parent}'] })`
}

function adviceOnWrite(verb: string, table: string): string {
  if (/^insert/i.test(verb)) return `insert them at once: db.insertInto('${table}').values([…])`
  return `write them at once, with one statement over all keys: where … = any($1)`
}
