import type { Reply } from '@seawall/guard'

/** The problem types of draft-ietf-httpapi-ratelimit-headers-11 §5. */
const types = 'https://iana.org/assignments/http-problem-types'

/** How long a client is told to wait for a store that cannot answer. */
const unavailableSeconds = 5

/** The answer to a request without a value for its key, where `missing` is `'deny'`. */
export const missingKey: Reply = problem(400, {
  type: 'about:blank',
  title: 'Bad Request',
  status: 400,
  detail: 'The request lacks the value by which it is limited.',
})

/** The answer while the store cannot answer, where `onError` is `'deny'`. */
export const unavailable: Reply = problem(
  503,
  {
    type: `${types}#temporary-reduced-capacity`,
    title: 'Service Unavailable',
    status: 503,
    detail: `The rate limit cannot be decided now. Retry in ${unavailableSeconds} seconds.`,
  },
  unavailableSeconds,
)

/** How long `unavailable` tells a client to wait. */
export const unavailableMs = unavailableSeconds * 1000

/** The answer to a request beyond its limit. A `name` that is `undefined` is kept from the client. */
export function quotaExceeded(name: string | undefined, resetMs: number): Reply {
  const seconds = Math.max(1, Math.ceil(resetMs / 1000))
  const details = {
    type: `${types}#quota-exceeded`,
    title: 'Too Many Requests',
    status: 429,
    detail: `Rate limit exceeded. Retry in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
  }
  return problem(429, name === undefined ? details : { ...details, 'violated-policies': [name] }, seconds)
}

/** RFC 9457 body. RFC 6585 §4: a 429 must not be stored by a cache. */
function problem(status: number, details: object, retryAfter?: number): Reply {
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    },
    body: JSON.stringify(details),
  }
}
