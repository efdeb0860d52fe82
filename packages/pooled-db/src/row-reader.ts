import type { Field, TypeParsers } from './query-result.ts'

type Row = Record<string, unknown>

/** Makes rows of what the server sends. */
export class RowReader {
  readonly fields: readonly Field[]
  readonly #names: readonly string[]
  readonly #parsers: readonly ((text: string) => unknown)[]
  /** All columns, without values: a copy of it has its final shape from the beginning, whatever the columns' names are. */
  readonly #template: Row

  constructor(fields: readonly Field[], types: TypeParsers) {
    this.fields = fields
    this.#names = fields.map(({ name }) => name)
    this.#parsers = fields.map(({ dataTypeID }) => types.getTypeParser(dataTypeID, 'text'))
    const columns: Row = Object.create(null) as Row
    for (const name of this.#names) columns[name] = null
    this.#template = { ...columns }
  }

  /** A row by column names. */
  toObject(values: readonly (string | null)[]): Row {
    const row = { ...this.#template }
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as string | null
      row[this.#names[i] as string] = value === null ? null : this.#parsers[i]?.(value)
    }
    return row
  }

  /** A row in the order of the columns. */
  toArray(values: readonly (string | null)[]): unknown[] {
    return values.map((value, i) => (value === null ? null : this.#parsers[i]?.(value)))
  }
}
