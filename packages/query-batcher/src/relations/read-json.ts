/** What a column of JSON holds: its text, or what a plugin such as ParseJSONResultsPlugin has made of the text already. */
export function readJson(value: unknown): unknown {
  return typeof value === 'string' ? (JSON.parse(value) as unknown) : value
}
