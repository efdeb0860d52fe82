/** Text that is HTML already. */
export interface Html {
  /** The HTML. */
  readonly html: string
}

/** HTML from a template; everything put in is escaped unless it is HTML already. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | number | Html)[]): Html {
  return { html: parts.reduce((text, part, index) => text + toHtml(values[index - 1] ?? '') + part) }
}

/** Pieces of HTML, a line each. */
export function join(pieces: readonly Html[]): Html {
  return { html: pieces.map(raw).join('\n') }
}

/** The text of HTML. */
export function raw(piece: Html): string {
  return piece.html
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function toHtml(value: string | number | Html): string {
  return typeof value === 'object'
    ? value.html
    : String(value).replace(/[&<>"']/g, (character) => entities[character] ?? '')
}
