import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { connect } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { End, ErrorContext, ErrorMessage, Guard, Reply } from '../src/index.ts'
import { send } from './client.ts'
import { deferred } from './deferred.ts'
import { secret, type Running, type Setup } from './framework.ts'
import { frameworks } from './frameworks.ts'

const constant: Guard = { name: 'constant', headers: { 'x-constant': 'guard' } }

/** A hook as somebody writes it who takes it for asynchronous. */
const rejecting = (error: Error): (() => void) => (() => Promise.reject(error)) as () => unknown as () => void

describe.each(frameworks)('$name', (framework) => {
  let running: Running | undefined
  const stop = async (): Promise<void> => {
    await running?.close()
    running = undefined
  }
  afterEach(stop)
  const start = async (...guards: Guard[]): Promise<number> => startWith({ guards })
  const startWith = async (setup: Setup): Promise<number> => (running = await framework.start(setup)).port

  describe('a head', () => {
    it.each<[string, Guard['onHead']]>([
      ['a header that splits', (_, head) => head.set('x-bad', 'a\r\nx-injected: 1')],
      ['a line that splits', (_, head) => head.append('x-bad', 'a\r\nx-injected: 1')],
      ['a name that is none', (_, head) => head.set('x bad', '1')],
      ['a status that is none', (_, head) => void (head.status = 42)],
      ['an informational status', (_, head) => void (head.status = 101)],
    ])('goes out without %s, which is reported', async (_, onHead) => {
      for (const body of [{}, { onBody: () => undefined }]) {
        const onError = vi.fn()
        const port = await startWith({
          guards: [{ name: 'bad', onHead, ...body } as Guard, constant],
          options: { onError },
        })
        for (const path of ['/ok', '/throw', '/missing']) {
          const answer = await send(port, path)
          expect([200, 404, 500]).toContain(answer.status)
          expect(answer.headers['x-constant']).toBe('guard')
          expect(answer.headers).not.toHaveProperty('x-bad')
          expect(answer.headers).not.toHaveProperty('x-injected')
        }
        expect(onError).toHaveBeenCalledWith(
          expect.any(Error),
          expect.objectContaining({ guard: 'bad', moment: 'onHead' }),
        )
        await stop()
      }
    })
  })

  describe('a reply that cannot be sent', () => {
    it.each([
      ['a split header', { status: 403, headers: { 'x-bad': 'a\r\nx-injected: 1' } }],
      ['a header with capitals', { status: 403, headers: { 'X-Bad': '1' } }],
      ['a list that is none', { status: 403, headers: { 'x-bad': 1 } }],
      ['an object as its body', { status: 403, body: { error: 'no' } }],
      ['no status', { body: 'no' }],
      ['an informational status', { status: 101 }],
    ])("becomes the framework's 500: %s", async (_, reply) => {
      const bad = reply as unknown as Reply
      const warned = vi.fn()
      for (const onRequest of [() => bad, () => Promise.resolve(bad)]) {
        const port = await startWith({ guards: [constant, { name: 'bad', onRequest }], options: { onError: warned } })
        const answer = await send(port, '/ok')
        expect(answer.status).toBe(500)
        expect(answer.headers['x-constant']).toBe('guard')
        expect(answer.headers).not.toHaveProperty('x-injected')
        await stop()
      }
    })
  })

  describe('a client that goes away while a guard decides', () => {
    it('ends the exchange once; no later guard is asked, and no handler runs', async () => {
      const seen: string[] = []
      const { promise: decided, resolve: decide } = deferred<undefined>()
      const { promise: over, resolve: told } = deferred<End>()
      const { promise: arrived, resolve: arrive } = deferred<undefined>()
      const first: Guard = {
        name: 'first',
        onRequest: () => (arrive(undefined), decided),
        onClose: (_, end) => told(end),
      }
      const later: Guard = {
        name: 'later',
        onRequest: (x) => (seen.push(`asked ${x.path}`), undefined),
        onClose: (x) => void seen.push(`told ${x.path} ${x.ip}`),
      }
      const port = await start(first, later)
      const socket = connect(port, '127.0.0.1', () => socket.write('GET /hang HTTP/1.1\r\nHost: a\r\n\r\n'))
      await arrived
      socket.destroy()
      expect(await over).toMatchObject({ aborted: true })
      decide(undefined)
      expect((await send(port, '/ok')).status).toBe(200)
      expect(seen.slice(0, 2)).toEqual(['told /hang 127.0.0.1', 'asked /ok'])
    })
  })

  describe('a hook that was written async', () => {
    it('cannot end the process: its rejection is reported', async () => {
      const onError = vi.fn()
      const fail = rejecting(new Error(secret))
      const port = await startWith({
        guards: [{ name: 'bad', onHead: fail, onClose: fail }, constant],
        options: { onError },
      })
      expect((await send(port, '/ok')).status).toBe(200)
      await vi.waitFor(() => expect(onError).toHaveBeenCalledTimes(2))
      const moments = onError.mock.calls.map(([, context]) => (context as ErrorContext).moment)
      expect(moments.toSorted()).toEqual(['onClose', 'onHead'])
    })

    it('nor can onError: it becomes a warning', async () => {
      const warned = vi.fn()
      process.on('warning', warned)
      const onError = rejecting(new Error('a broken reporter'))
      const onHead = (): never => {
        throw new Error(secret)
      }
      const port = await startWith({ guards: [{ name: 'bad', onHead }], options: { onError } })
      expect((await send(port, '/ok')).status).toBe(200)
      await vi.waitFor(() => expect(warned).toHaveBeenCalled())
      process.off('warning', warned)
      expect(warned.mock.lastCall?.[0]).toMatchObject({
        code: 'SEAWALL_GUARD_ERROR',
        message: expect.stringContaining('a broken reporter'),
      })
    })
  })

  it('tells errors on the channel, and then warns nobody', async () => {
    const messages: ErrorMessage[] = []
    const warned = vi.fn()
    const listener = (message: unknown): void => void messages.push(message as ErrorMessage)
    subscribe('seawall:guard:error', listener)
    process.on('warning', warned)
    const onHead = (): never => {
      throw new Error(secret)
    }
    await send(await start({ name: 'bad', onHead }), '/ok')
    await new Promise((resolve) => setImmediate(resolve))
    unsubscribe('seawall:guard:error', listener)
    process.off('warning', warned)
    expect(messages).toEqual([{ error: new Error(secret), guard: 'bad', moment: 'onHead' }])
    expect(warned).not.toHaveBeenCalled()
  })

  it('tells replies on the channel', async () => {
    const messages: unknown[] = []
    const listener = (message: unknown): void => void messages.push(message)
    subscribe('seawall:guard:reply', listener)
    const no: Guard = { name: 'no', onRequest: () => Promise.resolve({ status: 403, body: 'no' }) }
    await send(await start(constant, no), '/ok?token=1')
    unsubscribe('seawall:guard:reply', listener)
    expect(messages).toEqual([{ guard: 'no', status: 403, method: 'GET', path: '/ok' }])
  })
})
