import { createHash } from 'node:crypto'

/** What lies between two words of SQL. Each alternative begins in its own way, so that no text makes the search slow. */
export const gap = String.raw`(?:\s|--[^\n]*(?:\n|$)|/\*(?:[^*]|\*(?!/))*\*/)`

const firstWord = new RegExp(String.raw`^(?:\(|${gap})*([a-z]+)`, 'i')

/** Statements whose plans are worth keeping; the others have none. */
const planned = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'WITH', 'VALUES', 'TABLE'])

/** Statements that leave something in the session, or run code that may. SET is left to the server's tag. */
const leaving = new Set(['LISTEN', 'DO', 'CALL', 'LOAD', 'PREPARE', 'DISCARD', 'DEALLOCATE'])

/** A setting that ends with its transaction. */
const localSetting = new RegExp(String.raw`^${gap}*set${gap}+(?:local|transaction|constraints)\b[^;]*;?\s*$`, 'i')

/** What makes a transaction, or the session, read-only. */
const readOnly = new RegExp(
  String.raw`^${gap}*(?:(?:begin|start|set)\b[^;]*\bread${gap}+only\b|set\b[^;]*\b(?:default_)?transaction_read_only\b)`,
  'i',
)

const localSetConfig = /\bset_config\s*\([^()]*,\s*true\s*\)/gi

const temporary = new RegExp(
  String.raw`\b(?:create|into)${gap}+(?:(?:or|replace|local|global|recursive|table)${gap}+)*(?:temp|temporary)\b`,
  'i',
)

const left = /\bset_config\b|\bpg_temp\b|\bpg_(?:try_)?advisory_lock|\bwith\s+hold\b/i

/** Longer texts are made for one use, and would fill the memory of those who remember them. */
const longestRemembered = 16_384

/** What the pool has to know of a statement's text. It is not parsed: where that would be needed, the worse is assumed. */
export class StatementText {
  /** Whether a prepared statement can be made of it, and is worth it. */
  readonly isPlanned: boolean
  /** Whether something may be left in the session: a temporary table, a lock, a setting, a prepared statement. */
  readonly marksSession: boolean
  /** Whether a SET in it ends with its transaction. */
  readonly setsLocally: boolean
  /** Whether it asks for a transaction or a session that takes no writes. */
  readonly asksReadOnly: boolean
  /** Whether it is remembered from one use to the next. */
  readonly isRemembered: boolean
  /** How often it was run; counted where it is prepared from the second time on. */
  uses = 0
  readonly #text: string
  #name: string | undefined

  constructor(text: string) {
    this.#text = text
    this.isRemembered = text.length <= longestRemembered
    const word = firstWordOf(text)
    this.isPlanned = this.isRemembered && planned.has(word)
    this.setsLocally = word === 'SET' && localSetting.test(text)
    this.marksSession = isMarking(text)
    this.asksReadOnly = text.split(';').some((part) => readOnly.test(part))
  }

  /** Its name as a prepared statement: the same in every process, and shorter than the 63 bytes that PostgreSQL reads. */
  get name(): string {
    return (this.#name ??= `seawall_${createHash('sha256').update(this.#text).digest('hex').slice(0, 32)}`)
  }
}

function isMarking(text: string): boolean {
  if (temporary.test(text) || left.test(text.replace(localSetConfig, ''))) return true
  // A semicolon in a string makes parts that are none; they can only add marks.
  return text.split(';').some((part) => leaving.has(firstWordOf(part)))
}

function firstWordOf(text: string): string {
  return firstWord.exec(text)?.[1]?.toUpperCase() ?? ''
}
