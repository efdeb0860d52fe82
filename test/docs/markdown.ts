/** A fenced block of code. */
export interface CodeBlock {
  /** The file that it stands in, by its path from the root of the repository. */
  readonly file: string
  /** The line of the file that its first line is. */
  readonly line: number
  /** What stands behind the fence: `ts`, `sh`; empty where nothing does. */
  readonly language: string
  /** What stands between the fences. */
  readonly code: string
  /** The file that it is, for the other blocks of its document: its first line, `// guards.ts`. */
  readonly name: string | undefined
  /** The setup that a comment before the block names: `<!-- setup: bookstore -->`. Then it is a part of a program. */
  readonly setup: string | undefined
  /** Whether a comment before the block says `<!-- not run -->`: its servers are nowhere but in production. */
  readonly notRun: boolean
}

/** A link or an image. */
export interface Link {
  /** The line that it stands in. */
  readonly line: number
  /** Where it leads, as written. */
  readonly target: string
}

/** All fenced blocks of a document. */
export function codeBlocks(file: string, text: string): CodeBlock[] {
  const fenced = /^(?:<!-- (?:setup: ([\w-]+)|(not run)) -->\n+)?( *)```(\w*)\n([^]*?)^\3```$/gm
  return [...text.matchAll(fenced)].map((match) => {
    const [whole, setup, notRun, indent = '', language = '', body = ''] = match
    const line = lineAt(text, match.index + whole.length - indent.length - '```'.length - body.length)
    const code = body.replaceAll(new RegExp(`^${indent}`, 'gm'), '')
    const [, name] = /^\/\/ ([\w-]+\.ts)\n/.exec(code) ?? []
    return { file, line, language, name, setup, notRun: notRun !== undefined, code }
  })
}

/** All links and images of a document, code left out. */
export function links(text: string): Link[] {
  const prose = withoutCode(text)
  return [...prose.matchAll(/\]\(([^()\s]+)\)/g)].map((match) => ({
    line: lineAt(prose, match.index),
    target: match[1] ?? '',
  }))
}

/** The anchors that a document's headings make, by GitHub's rule. */
export function anchors(text: string): Set<string> {
  const found = new Set<string>()
  for (const [, heading = ''] of text.replaceAll(fence, '').matchAll(/^#{1,6} (.+)$/gm)) {
    const plain = heading.replaceAll(/\]\([^)]*\)/g, '').toLowerCase()
    const slug = plain.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-')
    let anchor = slug
    for (let count = 1; found.has(anchor); count++) anchor = `${slug}-${count}`
    found.add(anchor)
  }
  return found
}

const fence = /^ *```[^]*?^ *```$/gm

/** The same text with blanks for code, so that places stay what they were. */
function withoutCode(text: string): string {
  const blank = (code: string): string => code.replaceAll(/[^\n]/g, ' ')
  return text.replaceAll(fence, blank).replaceAll(/`[^`\n]+`/g, blank)
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}
