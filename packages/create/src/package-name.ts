import { CreateError } from './errors.ts'

const part = '[a-z0-9~-][a-z0-9._~-]*'
const valid = new RegExp(`^(?:@${part}/)?${part}$`)
const most = 214

/**
 * The name of a project, if npm takes it.
 *
 * @param name - From an option, or the name of the folder.
 * @throws CreateError when npm would refuse it.
 */
export function checkPackageName(name: string): string {
  const isReserved = name === 'node_modules' || name === 'favicon.ico'
  if (valid.test(name) && name.length <= most && !isReserved) return name
  throw new CreateError(
    'ERR_CREATE_NAME',
    `Cannot create a project as '--name', or without it the folder's name, must be a name that npm takes, ` +
      `in lower case without spaces: current value is "${name}"`,
  )
}
