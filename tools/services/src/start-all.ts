import type { Service } from './service.ts'

/** Starts servers side by side; where one of them fails, stops the others before it throws. */
export async function startAll(starts: readonly Promise<Service>[]): Promise<Service[]> {
  const outcomes = await Promise.allSettled(starts)
  const services = outcomes.filter((outcome) => outcome.status === 'fulfilled').map((outcome) => outcome.value)
  const failure = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failure === undefined) return services
  await stopAll(services)
  throw failure.reason
}

/** Stops servers side by side. */
export async function stopAll(services: readonly Service[]): Promise<void> {
  await Promise.all(services.map((service) => service.stop()))
}
