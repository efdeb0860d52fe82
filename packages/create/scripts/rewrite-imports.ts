import { posix } from 'node:path'
import type { Framework } from '../src/frameworks.ts'
import { read } from './repository.ts'

/** Where the names that a package of the examples exports are in a project: paths by names. */
type Face = ReadonlyMap<string, string>

const imports = /^import (type )?\{([^}]*)\} from '(@seawall(?:-examples)?\/[\w/-]+)'$/gm
const isOfThisRepository = /^(@seawall-examples\/|@seawall\/(services|scorers)$)/

/**
 * Makes a source of the examples a source of a project: what it imports from packages that are not published, it imports
 * from the files that these have become.
 *
 * @param path - Where the source is in the project.
 * @throws Error when it imports something that a project does not have.
 */
export function rewriteImports(text: string, path: string, framework: Framework): string {
  const faces = facesOf(framework)
  return text.replaceAll(imports, (whole, type: string | undefined, list: string, from: string) => {
    if (!isOfThisRepository.test(from)) return whole
    const groups = new Map<string, string[]>()
    for (const name of list.split(',').flatMap((part) => part.trim() || [])) {
      const target = faces.get(from)?.get(name.replace(/^type /, ''))
      if (target === undefined) throw new Error(`Cannot build the templates as ${path} imports ${name} from ${from}`)
      const module = relative(path, target)
      groups.set(module, [...(groups.get(module) ?? []), name])
    }
    return [...groups]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([module, names]) => statement(names, module, type !== undefined))
      .join('\n')
  })
}

function facesOf(framework: Framework): ReadonlyMap<string, Face> {
  return new Map([
    ['@seawall-examples/bookstore', faceOf('src/index.ts')],
    ['@seawall-examples/bookstore/suite', new Map([['describeCore', 'test/core-suite.ts']])],
    [`@seawall-examples/${framework}`, new Map([['mount', 'src/app.ts']])],
    [
      '@seawall/services',
      new Map([
        ['createDatabase', 'test/create-database.ts'],
        ['TestDatabase', 'test/create-database.ts'],
      ]),
    ],
  ])
}

/** What the bookstore's index, which a project does not need, exports from where. */
function faceOf(index: string): Face {
  const exports = read(`examples/bookstore/${index}`).matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)'$/gm)
  const pairs = [...exports].flatMap(([, list = '', from = '']) =>
    list.split(',').map((name) => [name.trim().replace(/^type /, ''), posix.join('src', from)] as const),
  )
  return new Map(pairs)
}

function statement(names: readonly string[], from: string, allTypes: boolean): string {
  if (allTypes || names.some((name) => !name.startsWith('type ')))
    return `import ${allTypes ? 'type ' : ''}{ ${names.join(', ')} } from '${from}'`
  return `import type { ${names.map((name) => name.slice('type '.length)).join(', ')} } from '${from}'`
}

function relative(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to)
  return path.startsWith('.') ? path : `./${path}`
}
