/** What a project can be created on, and how it is spelled. */
export const frameworks = {
  node: 'node:http',
  express: 'Express 5',
  fastify: 'Fastify 5',
  koa: 'Koa 3',
  hono: 'Hono 4',
} as const

/** The name of a framework. */
export type Framework = keyof typeof frameworks

/** Their names. */
export const frameworkNames = Object.keys(frameworks) as readonly Framework[]

/** Whether a text is one of them. */
export function isFramework(text: string): text is Framework {
  return Object.hasOwn(frameworks, text)
}
