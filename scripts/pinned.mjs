// `npm test` and `pnpm test` alike run the script named below with the pnpm that this repository pins: it installs what
// is missing (verifyDepsBeforeRun) and puts the pinned Node first on PATH.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { killDescendants, onOrphaned } from './orphans.mjs'

const root = new URL('..', import.meta.url)
const pnpm = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')).packageManager.split('+')[0]
const pinned = (process.env.npm_config_user_agent ?? '').startsWith(`${pnpm.replace('@', '/')} `)
const [command, ...first] = pinned ? ['pnpm'] : ['npx', '-y', pnpm]
const child = spawn(command, [...first, 'run', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  shell: process.platform === 'win32',
})
// the terminal sends SIGINT to the whole group: wait for the child's own end; others are passed on
process.on('SIGINT', () => {})
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
onOrphaned(killDescendants)
child.once('error', (error) => {
  console.error(`${command}: ${error.message}`)
  process.exit(1)
})
child.once('exit', (status, signal) => process.exit(status ?? (signal === 'SIGINT' ? 130 : 1)))
