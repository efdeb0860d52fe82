import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of the repository, with a slash at its end. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

/** The guides, by their paths from the root of the repository. */
export const guides: readonly string[] = globSync('docs/*.md', { cwd: root }).toSorted()

/** Everything that readers are shown: the guides and all READMEs. */
export const documents: readonly string[] = [
  ...guides,
  ...globSync('{README,CONTRIBUTING,SECURITY}.md', { cwd: root }).toSorted(),
  ...globSync('{packages,tools,examples}/*/README.md', { cwd: root }).toSorted(),
  ...globSync('{examples,benchmarks}/README.md', { cwd: root }).toSorted(),
]

/** The text of a file, by its path from the root of the repository. */
export function textOf(file: string): string {
  return readFileSync(root + file, 'utf8')
}
