import 'reflect-metadata'
import { Body, Controller, Get, Module, Post, type INestApplication } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import type { Guard } from '../src/index.ts'
import { middleware } from '../src/node.ts'
import { send } from './client.ts'
import { secret } from './framework.ts'

class Shop {
  ok(): string {
    return 'ok'
  }

  fail(): never {
    throw new Error(secret)
  }

  echo(body: unknown): unknown {
    return body
  }
}

/** Applies a method's decorator as the compiler would, without its syntax. */
function decorate(method: 'ok' | 'fail' | 'echo', decorator: MethodDecorator): void {
  decorator(
    Shop.prototype,
    method,
    Object.getOwnPropertyDescriptor(Shop.prototype, method) as TypedPropertyDescriptor<unknown>,
  )
}
Controller()(Shop)
decorate('ok', Get('ok') as MethodDecorator)
decorate('fail', Get('fail') as MethodDecorator)
decorate('echo', Post('echo') as MethodDecorator)
Body()(Shop.prototype, 'echo', 0)

class ShopModule {}
Module({ controllers: [Shop] })(ShopModule)

let app: INestApplication | undefined
afterEach(async () => {
  await app?.close()
})

async function start(...guards: Guard[]): Promise<number> {
  app = await NestFactory.create(ShopModule, { logger: false, forceCloseConnections: true })
  app.use(middleware(guards))
  await app.listen(0, '127.0.0.1')
  return (app.getHttpServer() as { address(): AddressInfo }).address().port
}

const constant: Guard = { name: 'constant', headers: { 'x-constant': 'guard' }, remove: ['x-powered-by'] }

it.each([
  ['/ok', 200],
  ['/missing', 404],
  ['/fail', 500],
])('puts constants on %s, a %i', async (path, status) => {
  const answer = await send(await start(constant), path)
  expect(answer.status).toBe(status)
  expect(answer.all('x-constant')).toEqual(['guard'])
  expect(answer.headers).not.toHaveProperty('x-powered-by')
  expect(answer.body).not.toContain(secret)
})

it('stops at a reply', async () => {
  const limit: Guard = {
    name: 'limit',
    onRequest: () => ({ status: 429, headers: { 'retry-after': '7' }, body: 'later' }),
  }
  const answer = await send(await start(constant, limit), '/ok')
  expect(answer).toMatchObject({ status: 429, body: 'later' })
  expect(answer.headers).toMatchObject({ 'retry-after': '7', 'x-constant': 'guard' })
})

it("hands a guard's throw to Nest's own errors", async () => {
  const onRequest = (): never => {
    throw new Error(secret)
  }
  const answer = await send(await start(constant, { name: 'bad', onRequest }), '/ok')
  expect(answer.status).toBe(500)
  expect(answer.body).not.toContain(secret)
  expect(answer.headers['x-constant']).toBe('guard')
})

it('lets a request through to its handler', async () => {
  const port = await start(constant, { name: 'yes', onRequest: () => Promise.resolve(undefined) })
  const answer = await send(port, '/echo', {
    method: 'POST',
    body: '{"a":1}',
    headers: { 'content-type': 'application/json' },
  })
  expect(answer).toMatchObject({ status: 201, body: '{"a":1}' })
})
