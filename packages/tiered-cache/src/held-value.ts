/** A decoded value with what is known of it. Moments are on the monotonic clock of this process, in milliseconds. */
export interface Known {
  /** The value. */
  readonly value: unknown
  /** Something in the value cannot be frozen: each caller gets a copy. */
  readonly isMutable: boolean
  /** When it becomes stale. */
  readonly softAt: number
  /** When it may no longer be served at all. */
  readonly hardAt: number
  /** The tags that invalidate it. */
  readonly tags: readonly string[]
  /** What the loader gave for a conditional load. */
  readonly etag: string | undefined
  /** How long the loader took, in milliseconds. */
  readonly loadMs: number
  /** About how many bytes it takes. */
  readonly bytes: number
}

/** What memory holds for a key. One shape for all, made once, so that a hit reads its fields directly. */
export class HeldValue implements Known {
  readonly value: unknown
  readonly isMutable: boolean
  readonly softAt: number
  readonly hardAt: number
  readonly tags: readonly string[]
  readonly etag: string | undefined
  readonly loadMs: number
  readonly bytes: number
  /** Until then it is served without further thought. Never later than `hardAt`. */
  serveUntil: number
  /** Until then it is fresh and may be served. */
  freshUntil: number
  /** The tag clock when its tags were last found to be current. */
  mark: number

  constructor(known: Known, serveUntil: number, mark: number) {
    this.value = known.value
    this.isMutable = known.isMutable
    this.softAt = known.softAt
    this.hardAt = known.hardAt
    this.tags = known.tags
    this.etag = known.etag
    this.loadMs = known.loadMs
    this.bytes = known.bytes
    this.serveUntil = Math.min(serveUntil, known.hardAt)
    this.freshUntil = Math.min(known.softAt, known.hardAt)
    this.mark = mark
  }

  /** The same value, stale from this moment on. */
  expired(now: number): HeldValue {
    const { value, isMutable, hardAt, tags, etag, loadMs, bytes } = this
    const softAt = Math.min(now, this.softAt)
    const expired = new HeldValue({ value, isMutable, softAt, hardAt, tags, etag, loadMs, bytes }, 0, this.mark)
    // At once, also for those who read a clock that is a little late.
    expired.freshUntil = 0
    return expired
  }
}
