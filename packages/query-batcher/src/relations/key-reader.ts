import { keyText, type Key } from '../key.ts'

type Row = Record<string, Key | null>

/** Reads the text of a key from these columns of a row; `undefined` where a part of it is null. */
export function keyReader(names: readonly string[]): (row: object) => string | undefined {
  const [first = ''] = names
  if (names.length === 1) return (row) => keyText((row as Row)[first])
  return (row) => {
    let key = ''
    for (const name of names) {
      const text = keyText((row as Row)[name])
      if (text === undefined) return undefined
      // with its length, so that ('1', '23') is another key than ('12', '3')
      key += `${text.length}:${text}`
    }
    return key
  }
}

/** Spares the texts: the database has compared the keys already, and only has to be understood. */
export function numberReader([name = '']: readonly string[]): (row: object) => number | undefined {
  return (row) => {
    const key = (row as Row)[name]
    if (typeof key === 'number') return key
    return key === null || key === undefined ? undefined : Number(key)
  }
}
