import { parseArgs } from 'node:util'
import { CreateError } from './errors.ts'
import { frameworkNames, isFramework, type Framework } from './frameworks.ts'

/** What the command was asked for. */
export type Command =
  | { readonly asks: 'help' }
  | { readonly asks: 'version' }
  | {
      readonly asks: 'project'
      /** Where the project goes. */
      readonly folder: string
      /** What it is built on, where that was said. */
      readonly framework: Framework | undefined
      /** Its name in package.json, where it is not the folder's. */
      readonly name: string | undefined
    }

/**
 * Reads the arguments of the command.
 *
 * @throws CreateError naming what is wrong with them.
 */
export function parseArguments(args: readonly string[]): Command {
  const { values, positionals } = parse(args)
  if (values.help) return { asks: 'help' }
  if (values.version) return { asks: 'version' }
  const { framework, name } = values
  const [folder, ...more] = positionals
  if (framework !== undefined && !isFramework(framework))
    throw refuse(`'--framework' must be one of ${frameworkNames.join(', ')}: current value is "${framework}"`)
  if (folder === undefined || folder === '') throw refuse('a folder must be named: npx @seawall/create my-app')
  if (more.length > 0) throw refuse(`one folder must be named: current values are ${positionals.join(', ')}`)
  return { asks: 'project', folder, framework, name }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        framework: { type: 'string', short: 'f' },
        name: { type: 'string', short: 'n' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    })
  } catch (error) {
    // what follows the first sentence is about arguments that begin with a dash
    if (error instanceof TypeError)
      throw new CreateError('ERR_CREATE_ARGUMENTS', `${error.message.split('. ')[0]}: see --help`, { cause: error })
    throw error
  }
}

function refuse(reason: string): CreateError {
  return new CreateError('ERR_CREATE_ARGUMENTS', `Cannot create a project as ${reason}`)
}
