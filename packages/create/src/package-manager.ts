const known = ['npm', 'pnpm', 'yarn', 'bun']

/**
 * The package manager that runs this command.
 *
 * @param userAgent - What it says of itself: `npm_config_user_agent`.
 */
export function packageManagerOf(userAgent = ''): string {
  const [name = ''] = userAgent.split('/')
  return known.includes(name) ? name : 'npm'
}
