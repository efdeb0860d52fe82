/**
 * A copy, for one load, of the error that its whole batch has failed with: of the same class, with the same message and
 * fields, and with the place of the load added to the stack.
 */
export function errorForLoad(error: unknown, callerStack = awaitingStack()): unknown {
  if (!(error instanceof Error)) return error
  const copy = error instanceof DOMException ? new DOMException(error.message, error.name) : copyOf(error)
  const stack = callerStack === '' ? error.stack : `${error.stack}\nLoaded at:\n${callerStack}`
  return Object.defineProperty(copy, 'stack', { value: stack, writable: true, configurable: true })
}

/** The frames above `Batcher.load`, which has called `LoadCollector.load`, which has called this. */
export function stackAboveLoad(): string {
  const frames = framesOf(new Error().stack).split('\n')
  return frames.slice(3).join('\n')
}

/** The functions that await the promise whose reaction runs now: V8 finds them at no cost to a load that succeeds. */
function awaitingStack(): string {
  return framesOf(new Error().stack)
    .split('\n')
    .filter((frame) => frame.trimStart().startsWith('at async '))
    .join('\n')
}

function framesOf(stack = ''): string {
  const start = stack.indexOf('\n    at ')
  return start === -1 ? '' : stack.slice(start + 1)
}

function copyOf(error: Error): Error {
  const copy = new Error(error.message)
  Object.setPrototypeOf(copy, Object.getPrototypeOf(error) as object)
  // its stack is set by the caller, which that of a frozen error would forbid
  const { stack: _, ...own } = Object.getOwnPropertyDescriptors(error)
  return Object.defineProperties(copy, own)
}
