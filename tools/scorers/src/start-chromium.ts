import { findServer } from '@seawall/services'
import { chromium, type Browser } from 'playwright-core'

/** Every name below `.test` is this machine; no other name is looked up, so nothing leaves it. */
const hosts = 'MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost'

/** All hosts are this machine, whose certificates nobody has signed; reports come at once rather than after a minute. */
const forTests = ['--ignore-certificate-errors', '--short-reporting-delay']

const silence = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
  '--no-pings',
]

/**
 * Starts a headless Chromium: the one that `SEAWALL_CHROMIUM` names, that of the PATH, or else Debian's, unpacked into the
 * user's cache. It ends with `close()` and with this process.
 *
 * @throws MissingServerError when there is none and no way to get it
 */
export async function startChromium(): Promise<Browser> {
  const { command, env } = await findServer('chromium')
  return chromium.launch({
    executablePath: command,
    // neither root nor an unpacked Chromium, whose helper is not setuid, can have one; only own pages are opened
    chromiumSandbox: false,
    args: [`--host-resolver-rules=${hosts}`, ...forTests, ...silence],
    env: { ...definedOnly(process.env), ...env },
  })
}

function definedOnly(variables: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
