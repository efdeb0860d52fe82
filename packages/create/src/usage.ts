import { frameworkNames, frameworks } from './frameworks.ts'

/** What `--help` prints. */
export const usage = `Creates a Node HTTP service on Seawall: a bookstore with tests, to be turned into your own.

  npx @seawall/create <folder> --framework <framework>
  npm create @seawall <folder> -- --framework <framework>

Frameworks
${frameworkNames.map((name) => `  ${name.padEnd(10)}${frameworks[name]}`).join('\n')}

Options
  -f, --framework <framework>  asked for on a terminal when it is left out
  -n, --name <name>            the name in package.json; the folder's by default
  -h, --help
  -v, --version

A folder that holds anything but .git is refused. Nothing is ever overwritten or deleted.
`
