import { posix } from 'node:path'
import { filesIn, read } from './repository.ts'

const folder = 'examples/bookstore/test'
const suite = 'core-suite.ts'

/**
 * The files in the bookstore's `test` that go into a project: the suite that needs PostgreSQL alone, the tests of single
 * files unless they need other servers, and what these import.
 */
export function projectTests(): string[] {
  const tests = filesIn(folder).filter((path) => /^[^/]+\.test\.ts$/.test(path))
  const all = [suite, ...tests].map(closureOf).filter((closure) => closure.has(suite) || ![...closure].some(isBound))
  return [...new Set(all.flatMap((closure) => [...closure]))].toSorted()
}

/** A file with everything that it imports from the same folder. */
function closureOf(file: string): Set<string> {
  const found = new Set([file])
  for (const path of found) {
    for (const [, imported = ''] of textOf(path).matchAll(/from '(\.[^']+)'/g)) {
      const target = posix.join(posix.dirname(path), imported)
      if (!target.startsWith('..')) found.add(target)
    }
  }
  return found
}

/** Whether a test uses what is not published. */
function isBound(path: string): boolean {
  return /from '(@seawall-examples\/|@seawall\/(services|scorers)')/.test(textOf(path))
}

function textOf(path: string): string {
  return read(`${folder}/${path}`)
}
