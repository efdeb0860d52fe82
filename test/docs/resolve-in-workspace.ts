import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { workspaceFolders } from './workspace-folders.ts'

/** An example that stands in no package finds what it imports where the workspaces have it. */
registerHooks({
  resolve(specifier, context, next) {
    const here = [context.parentURL, ...workspaceFolders.map((folder) => pathToFileURL(`${folder}index.ts`).href)]
    const places = /^[./]|^\w+:/.test(specifier) ? here.slice(0, 1) : here
    let failure: unknown
    for (const parentURL of places) {
      try {
        return next(specifier, { ...context, parentURL })
      } catch (error) {
        failure ??= error
      }
    }
    throw failure
  },
})
