import type { Change } from './coherence.ts'

/** A change as it goes from process to process. */
export interface Message {
  /** The `origin` of the coherence whose process has made the change. */
  readonly from: string
  /** What has changed. */
  readonly change: Change
}

/** Writes a message. */
export function formatMessage(message: Message): string {
  return JSON.stringify(message)
}

/** Reads a message, or `undefined` when it is none. */
export function parseMessage(text: string): Message | undefined {
  try {
    const message: unknown = JSON.parse(text)
    return isMessage(message) ? message : undefined
  } catch {
    return undefined
  }
}

function isMessage(message: unknown): message is Message {
  const { from, change } = (message ?? {}) as Partial<Message>
  if (typeof from !== 'string' || typeof change !== 'object' || change === null) return false
  if (change.kind === 'keys') return isTexts(change.keys)
  return change.kind === 'all' || (change.kind === 'tags' && isTexts(change.tags))
}

function isTexts(values: unknown): boolean {
  return Array.isArray(values) && values.every((value) => typeof value === 'string')
}
