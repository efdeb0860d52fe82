/** Where the parsers of column types come from. `pg.types` is one, and so is a `pg.Client`. */
export interface TypeParsers {
  /** The function that makes a value of the text of one type. */
  getTypeParser(typeId: number, format?: 'text' | 'binary'): (text: string) => unknown
}

/** A column of a result, as the server describes it. */
export interface Field {
  /** The column's name. */
  readonly name: string
  /** The object id of its type, as in `pg_type.oid`. */
  readonly dataTypeID: number
}

/** What the server answered to one statement; a list of these where one text without parameters held several. */
export interface QueryResult<Row = Record<string, unknown>> {
  /** The first word of the statement's tag, in capitals: `SELECT`, `INSERT`, `COMMIT`. */
  readonly command: string
  /** How many rows the statement returned or changed; `null` for a statement that counts none. */
  readonly rowCount: number | null
  /** The rows: objects by column name, or lists of values with `rowMode: 'array'`. */
  readonly rows: Row[]
  /** The columns. */
  readonly fields: readonly Field[]
}
