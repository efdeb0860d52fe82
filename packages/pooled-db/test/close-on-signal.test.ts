import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { closeOnSignal, createPool } from '../src/index.ts'
import { countRunning, fileDatabase, poolOn } from './fixture.ts'

const url = await fileDatabase()
const face = new URL('../src/index.ts', import.meta.url).href

/** A process that uses a pool. Its script finds the package in scope, says things by `console.log`, and never ends by itself. */
class UserProcess {
  readonly child: ChildProcess
  readonly ended: Promise<unknown[]>
  output = ''

  constructor(script: string) {
    const flags = process.features.typescript === false ? ['--experimental-strip-types'] : []
    const head = `import { closeOnSignal, createDatabase, createPool } from '${face}'\nconst connectionString = '${url}'\nsetInterval(() => {}, 1000)\n`
    const args = [...flags, '--no-warnings', '--input-type=module', '-e', head + script]
    this.child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '' },
    })
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()))
    }
    this.ended = once(this.child, 'close')
    onTestFinished(() => void this.child.kill('SIGKILL'))
  }

  says(words: string): Promise<void> {
    return vi.waitFor(() => expect(this.output).toContain(words), { timeout: 10_000 })
  }

  /** The signal that it ended by. */
  async end(signal: NodeJS.Signals): Promise<unknown> {
    this.child.kill(signal)
    return (await this.ended)[1]
  }
}

const count = `select count(*)::int as n from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`

describe('a process that is asked to end', () => {
  test('ends what comes before, lets statements finish, closes its connections, and ends by the signal', async () => {
    const user = new UserProcess(`
      const db = createDatabase({ connectionString })
      closeOnSignal(db, { before: async () => { await db.pool.query('select 1'); console.log('before') } })
      await db.pool.query('select 1')
      db.pool.query('select pg_sleep(0.5)').then(() => console.log('finished'), (error) => console.log(error.code))
      console.log('ready')
    `)
    await user.says('ready')
    expect(await user.end('SIGTERM')).toBe('SIGTERM')
    expect(user.output).toBe('ready\nbefore\nfinished\n')
    const admin = poolOn(url)
    await vi.waitFor(async () => expect((await admin.query(count)).rows).toEqual([{ n: 0 }]))
  })

  test('waits for a borrower no longer than its grace, and stops what he runs', async () => {
    const user = new UserProcess(`
      const pool = createPool({ connectionString })
      closeOnSignal(pool, { graceMs: 100 })
      const leaked = await pool.connect()
      leaked.query('select pg_sleep(73)').catch(() => console.log('stopped'))
      console.log('ready')
    `)
    const admin = poolOn(url)
    await user.says('ready')
    await vi.waitFor(async () => expect(await countRunning(admin, 'pg_sleep(73)')).toBe(1))
    expect(await user.end('SIGINT')).toBe('SIGINT')
    expect(user.output).toBe('ready\nstopped\n')
    await vi.waitFor(async () => expect(await countRunning(admin, 'pg_sleep(73)')).toBe(0))
  })

  test('closes its connections although what comes before hangs or fails', async () => {
    for (const before of ['() => new Promise(() => {})', `() => { throw new Error('s3cret') }`]) {
      const user = new UserProcess(`
        const pool = createPool({ connectionString })
        closeOnSignal(pool, { graceMs: 50, before: ${before} })
        await pool.query('select 1')
        console.log('ready')
      `)
      await user.says('ready')
      expect(await user.end('SIGTERM')).toBe('SIGTERM')
      expect(user.output).not.toContain('s3cret')
    }
  })

  test('ends at once when it is asked again', async () => {
    const user = new UserProcess(`
      const pool = createPool({ connectionString })
      closeOnSignal(pool, { before: () => { console.log('waiting'); return new Promise(() => {}) } })
      console.log('ready')
    `)
    await user.says('ready')
    user.child.kill('SIGTERM')
    await user.says('waiting')
    expect(await user.end('SIGTERM')).toBe('SIGTERM')
  })
})

test('the watch ends when it is told to', async () => {
  const before = process.listenerCount('SIGTERM')
  const stop = closeOnSignal(poolOn(url))
  expect(process.listenerCount('SIGTERM')).toBe(before + 1)
  stop()
  expect(process.listenerCount('SIGTERM')).toBe(before)
})

test('a signal that cannot be caught is refused', async () => {
  const pool = createPool({ connectionString: url })
  expect(() => closeOnSignal(pool, { signals: ['SIGKILL'] } as object)).toThrow("'signals' must be an array of SIGTERM")
  await pool.close()
})
