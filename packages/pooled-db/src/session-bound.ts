import { SessionStateError } from './errors.ts'
import { gap, type StatementText } from './statement-text.ts'

/** What lives longer than a transaction, and the words that tell it. */
const bound: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['SET', new RegExp(String.raw`^${gap}*(?:set|reset)${gap}+(?!local\b|transaction\b|constraints\b)`, 'i')],
  ['LISTEN', new RegExp(String.raw`^${gap}*(?:un)?listen\b`, 'i')],
  ['PREPARE', new RegExp(String.raw`^${gap}*(?:prepare${gap}+(?!transaction\b)|deallocate\b)`, 'i')],
  ['DISCARD', new RegExp(String.raw`^${gap}*(?:discard|load)\b`, 'i')],
  ['an advisory lock of the session', /\bpg_(?:try_)?advisory_lock(?:_shared)?\s*\(/i],
  ['set_config for the session', /\bset_config\s*\([^()]*,\s*false\s*\)/i],
  ['a temporary table', /\bcreate\s+(?:(?:local|global)\s+)?temp(?:orary)?\b(?![^;]*\bon\s+commit\s+drop\b)/i],
  ['a cursor with hold', /\bdeclare\b[^;]*\bwith\s+hold\b/i],
]

const verdicts = new WeakMap<StatementText, string | false>()

/**
 * Refuses a statement that leaves something in the session, where a pooler gives each transaction another one: it would be
 * lost, or found by somebody else.
 *
 * @throws SessionStateError for such a statement.
 */
export function refuseSessionState(text: string, known: StatementText): void {
  let verdict = verdicts.get(known)
  if (verdict === undefined) {
    const parts = text.split(';')
    verdict = bound.find(([, pattern]) => parts.some((part) => pattern.test(part)))?.[0] ?? false
    verdicts.set(known, verdict)
  }
  if (verdict) throw new SessionStateError(verdict)
}
