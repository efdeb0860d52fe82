import type { Framework } from '../src/frameworks.ts'
import { readManifest, type Versions } from './repository.ts'
import { resolveVersions } from './resolve-versions.ts'

const assets = 'node src/assets/build-assets.ts'
const withVariables = 'node --env-file-if-exists=.env'

/** The package.json of a project on a framework, but for its name. */
export function projectManifest(framework: Framework): object {
  const parts = ['examples/bookstore', `examples/${framework}`].map(readManifest)
  return {
    name: 'project',
    version: '0.0.0',
    private: true,
    type: 'module',
    scripts: {
      dev: `${withVariables} dev/run.ts`,
      build: `${assets} && node dev/bundle.ts`,
      start: `${withVariables} --enable-source-maps dist/server/main.js`,
      test: `${assets} && vitest run`,
      typecheck: 'tsc',
    },
    dependencies: merged(parts.map(({ dependencies }) => dependencies)),
    devDependencies: merged([...parts.map(({ devDependencies }) => devDependencies), tools()]),
    optionalDependencies: resolveVersions(readManifest('tools/services').optionalDependencies),
    // none is needed: what they would do is done where it is used
    allowScripts: Object.fromEntries(
      ['esbuild', ...Object.keys(readManifest('tools/services').optionalDependencies ?? {})].map((name) => [
        name,
        false,
      ]),
    ),
    engines: { node: '>=22.18' },
  }
}

function tools(): Versions {
  const { devDependencies = {} } = readManifest('.')
  const names = { '@types/node': '@types/node', esbuild: 'esbuild', typescript: 'typescript-7', vitest: 'vitest' }
  return Object.fromEntries(
    Object.entries(names).map(([name, here]) => {
      const version = devDependencies[here]
      if (version === undefined) throw new Error(`Cannot build the templates as the root has no ${here}`)
      return [name, resolveVersions({ [here]: version })[here] ?? '']
    }),
  )
}

function merged(parts: readonly (Versions | undefined)[]): Versions {
  const all = Object.assign({}, ...parts.map(resolveVersions)) as Versions
  return Object.fromEntries(Object.entries(all).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
