import type { Serve } from '../contender.ts'

interface FrameworkModule {
  readonly serve: Serve
}

/** Loaded one at a time: a contender's process holds nothing of the others. */
export const frameworks = {
  'node:http': (): Promise<FrameworkModule> => import('./node.ts'),
  Express: (): Promise<FrameworkModule> => import('./express.ts'),
  Fastify: (): Promise<FrameworkModule> => import('./fastify.ts'),
  Koa: (): Promise<FrameworkModule> => import('./koa.ts'),
  Hono: (): Promise<FrameworkModule> => import('./hono.ts'),
} as const

/** The frameworks by name. */
export type FrameworkName = keyof typeof frameworks
