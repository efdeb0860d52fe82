import { PoolFullError, PoolTimeoutError } from '@seawall/pooled-db'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { failure } from '../src/failure.ts'

const logger = pino({ level: 'silent' })

const shutDown = Object.assign(new Error('terminating connection due to administrator command'), { code: '57P01' })

it.each([[new PoolTimeoutError(5000)], [new PoolFullError(10)], [shutDown]])(
  'answers 503 with Retry-After to %s',
  (error) => {
    const { status, headers, body } = failure(error, logger)
    expect(status).toBe(503)
    expect(headers).toMatchObject({ 'retry-after': '1', 'cache-control': 'no-store' })
    expect(body).not.toContain('connection')
  },
)

it('answers 500 without a word to anything else', () => {
  for (const error of [new Error('secret'), 'secret', undefined, { status: 503, message: 'secret' }]) {
    const { status, body } = failure(error, logger)
    expect(status).toBe(500)
    expect(body).not.toContain('secret')
  }
})
