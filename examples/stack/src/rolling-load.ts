/*
 * `npm run stack:load -- --minutes 10 --framework express`: a deployment after the other under load, and what the clients
 * saw of it. Ends with 1 when a request failed or a review was lost.
 */
import { parseArgs } from 'node:util'
import { endWithParent } from '@seawall/services'
import { rollUnderLoad } from './roll-under-load.ts'
import { startStack } from './start-stack.ts'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, framework: { type: 'string', default: 'express' } },
})
const minutes = Number(values.minutes)
if (!(minutes > 0)) throw new RangeError("Cannot put the stack under load as '--minutes' must be above 0")

endWithParent()
const stack = await startStack(new URL(`../../${values.framework}/src/main.ts`, import.meta.url), {
  REQUESTS_PER_MINUTE: '1000000',
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
try {
  console.log(`${minutes} minutes of load on ${values.framework}, with one deployment after the other:`)
  const { requests, failed, failures, restarts, lost, reviews, p50Ms, p99Ms } = await rollUnderLoad(
    stack,
    minutes * 60_000,
    5000,
  )
  console.log(`  requests  ${requests.toLocaleString('en')}, ${failed} failed`)
  console.log(`  restarts  ${restarts} processes replaced`)
  console.log(`  reviews   ${reviews.toLocaleString('en')} taken, ${lost} lost`)
  console.log(`  answers   p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`)
  for (const failure of failures) console.log(`  failed    ${failure}`)
  if (failed > 0 || lost > 0) process.exitCode = 1
} finally {
  await stack.stop()
}
