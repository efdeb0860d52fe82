import { startMemcached, type Service } from '@seawall/services'
import { afterAll } from 'vitest'
import { memcachedTier } from '../src/memcached.ts'
import { tierConformance } from './tier-conformance.ts'

const service: Service = await startMemcached()
afterAll(() => service.stop())

tierConformance('memcachedTier', () => memcachedTier({ port: service.port }), { stepMs: 1_000 })
