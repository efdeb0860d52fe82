import { readFile, writeFile } from 'node:fs/promises'
import { stackChart } from './chart.ts'
import { stackPage } from './page.ts'
import { readStackResults } from './results.ts'
import { withStackSummary } from './summary.ts'

const docs = new URL('../../../docs/', import.meta.url)
const readme = new URL('../README.md', docs)

/** Writes the page of the docs, its chart and the figures of the README from the results of the last run. */
export async function writeStackDocs(): Promise<readonly string[]> {
  const results = await readStackResults()
  for (const { incomplete, admitted, limit } of results.headline.rows)
    if (limit > 0 && (incomplete > 0 || admitted > limit))
      throw new Error('Cannot write docs of a limit that did not hold')
  await writeFile(new URL('stack-benchmark.svg', docs), stackChart(results.races))
  await writeFile(new URL('stack-benchmark.md', docs), stackPage(results))
  await writeFile(readme, withStackSummary(await readFile(readme, 'utf8'), results))
  return ['docs/stack-benchmark.svg', 'docs/stack-benchmark.md', 'README.md']
}
