import { read } from './repository.ts'

const row = /^\|\s*((?:`\w+`(?:, )?)+)\s*\|\s*(.*?)\s*\|\s*(.*?)\s*\|$/gm

/** The part of the examples' README that tells of the variables. */
export function variablesGuide(): string {
  const [, guide] = read('examples/README.md').split(/^(?=## Variables$)/m)
  if (guide === undefined) throw new Error('Cannot build the templates as the examples describe no variables')
  return guide
}

/** A file with every variable, empty, under what that guide says of it. */
export function environmentExample(): string {
  const entries = [...variablesGuide().matchAll(row)].map(([, names = '', meaning = '', byDefault = '']) => {
    const variables = [...names.matchAll(/\w+/g)].map(([name]) => `${name}=`)
    return `# ${meaning}\n# by default: ${byDefault}\n${variables.join('\n')}\n`.replaceAll('`', '')
  })
  return `# Copy this file to .env, which npm run dev and npm start read and Git does not keep. An empty variable counts as not\n# given. DATABASE_URL: without it, npm run dev starts a PostgreSQL of its own.\n\n${entries.join('\n')}`
}
