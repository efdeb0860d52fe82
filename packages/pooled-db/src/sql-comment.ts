/** What comments on statements say. */
export interface CommentOptions {
  /**
   * Tags for the statement that is about to run: `() => ({ route: '/books/:id', traceparent })`. They are appended as a comment,
   * in the form of sqlcommenter, so that the server's log and its statistics can be joined with traces. A statement with a
   * comment is never a prepared one, so keep to a sample.
   */
  readonly comment?: () => Readonly<Record<string, string | undefined>> | undefined
  /**
   * The share of statements that `comment` is called for, from 0 to 1.
   *
   * @default 0.01
   */
  readonly commentSample?: number
}

/** Makes the function that gives each statement its comment; most get none, the empty text. */
export function commenter({ comment, commentSample = 0.01 }: CommentOptions): (() => string) | undefined {
  if (!comment) return undefined
  return () => {
    if (Math.random() >= commentSample) return ''
    try {
      return formatComment(comment() ?? {})
    } catch {
      // tags are not worth a statement
      return ''
    }
  }
}

/** Sorted, percent-encoded and quoted (sqlcommenter, "Format"). */
function formatComment(tags: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(tags)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${encode(name)}='${encode(String(value))}'`)
  return pairs.length === 0 ? '' : ` /*${pairs.toSorted().join(',')}*/`
}

/** A quote or a star would end what it stands in. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll("'", '%27').replaceAll('*', '%2A')
}
