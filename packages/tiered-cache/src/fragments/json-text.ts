/** JSON as text: within another one it stands as it is, and is neither parsed nor written again. `jsonText` makes one. */
export class JsonText {
  /** The text. */
  readonly json: string

  constructor(json: string) {
    this.json = json
  }

  /** The text. */
  toString(): string {
    return this.json
  }
}

/**
 * Writes JSON: values are encoded, and what `jsonText` has written before, alone or in an array, stands as it is.
 *
 * @throws TypeError for a value that JSON does not know.
 * @example
 * ```ts
 * import { jsonText } from '@seawall/tiered-cache'
 *
 * const book = jsonText`{"title": ${'Dune'}}`
 * const list = jsonText`{"books": ${[book]}}`
 * console.log(list.json)
 * ```
 */
export function jsonText(strings: TemplateStringsArray, ...values: readonly unknown[]): JsonText {
  return new JsonText(String.raw({ raw: strings }, ...values.map(encode)))
}

function encode(value: unknown): string {
  if (value instanceof JsonText) return value.json
  if (Array.isArray(value) && value.some((one) => one instanceof JsonText)) return `[${value.map(encode).join()}]`
  const text = JSON.stringify(value) as string | undefined
  if (text !== undefined) return text
  throw new TypeError(`Cannot write JSON as a value must be one that JSON knows: current value is ${typeof value}`)
}
