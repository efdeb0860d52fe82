/** A table in Markdown, its first line the head, columns of figures to the right. */
export function markdownTable(lines: readonly (readonly string[])[]): string {
  const [head = [], ...body] = lines
  const columns = head.map((_, at) => ({
    width: Math.max(3, ...lines.map((line) => (line[at] ?? '').length)),
    isFigures: body.every((line) => /^[\d.,≥ ]*$/.test(line[at] ?? '')),
  }))
  const row = (cells: readonly string[]): string =>
    `| ${columns.map(({ width, isFigures }, at) => pad(cells[at] ?? '', width, isFigures)).join(' | ')} |`
  const rule = columns.map(({ width, isFigures }) => (isFigures ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)))
  return [row(head), `| ${rule.join(' | ')} |`, ...body.map(row)].join('\n')
}

function pad(cell: string, width: number, isFigure: boolean): string {
  return isFigure ? cell.padStart(width) : cell.padEnd(width)
}
