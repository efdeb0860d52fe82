/** What a server said to one meta command. */
export interface MetaReply {
  /** `HD` done, `VA` value, `EN` or `NF` nothing there, `NS` not stored, `EX` changed meanwhile, `MN` no-op. */
  readonly status: string
  /** What was asked about the item, each begun by the letter that asked for it: `t59`, `c17`, `X`. */
  readonly flags: readonly string[]
  /** The value, after `VA`. */
  readonly value: Buffer | undefined
}

/** What stands behind a letter in a reply, or `undefined` when the letter is not there. */
export function flagOf(reply: MetaReply, letter: string): string | undefined {
  return reply.flags.find((flag) => flag.startsWith(letter))?.slice(letter.length)
}

const lineEnd = Buffer.from('\r\n')
/** No line of the protocol is longer; a server that sends one is none. */
const maxLineBytes = 2048

/** Cuts what a server sends into replies. */
export class MetaParser {
  /** What has arrived and is not part of a whole reply. */
  #chunks: Buffer[] = []
  /** How much that is. */
  #bytes = 0
  /** How much there must be before it is worth another look. */
  #needed = 0

  /**
   * The replies that this chunk completes.
   *
   * @throws Error when it is not the protocol.
   */
  push(chunk: Buffer): MetaReply[] {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes < this.#needed) return []
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#bytes)
    return this.#cut(bytes)
  }

  #cut(bytes: Buffer): MetaReply[] {
    const replies: MetaReply[] = []
    let at = 0
    this.#needed = 0
    for (;;) {
      const end = bytes.indexOf(lineEnd, at)
      if (end < 0) break
      const [status = '', ...flags] = bytes.toString('latin1', at, end).split(' ')
      const size = status === 'VA' ? sizeOf(flags.shift()) : undefined
      const next = end + 2 + (size === undefined ? 0 : size + 2)
      if (next > bytes.length) {
        this.#needed = next - at
        break
      }
      replies.push({ status, flags, value: size === undefined ? undefined : bytes.subarray(end + 2, end + 2 + size) })
      at = next
    }
    this.#keep(bytes.subarray(at))
    return replies
  }

  #keep(rest: Buffer): void {
    if (this.#needed === 0 && rest.length > maxLineBytes) throw new Error('The server sends a line without end')
    this.#chunks = rest.length === 0 ? [] : [rest]
    this.#bytes = rest.length
  }
}

function sizeOf(text: string | undefined): number {
  const size = Number(text)
  if (!Number.isSafeInteger(size) || size < 0) throw new Error('The server sends a value without a size')
  return size
}
