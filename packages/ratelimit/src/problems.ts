import type { Reply } from '@seawall/guard'
import { toDecision } from './decision.ts'
import { toRetrySeconds } from './fields.ts'
import type { RateLimitSettings, RefusalBody } from './options.ts'
import type { Ruling } from './ruling.ts'

/** The problem types of draft-ietf-httpapi-ratelimit-headers-11 §5. */
const types = 'https://iana.org/assignments/http-problem-types'

/** How many answers are kept ready: under attack the same few are given again and again. */
const maxReplies = 256

/** How long a client is told to wait for a store that cannot answer. */
const unavailableSeconds = 5

/** The answer to a request without a value for its key, where `missing` is `'deny'`. */
export const missingKey: Reply = reply(
  400,
  problem(400, 'about:blank', 'Bad Request', 'The request lacks the value by which it is limited.'),
)

/** The answer to a request that is on a limit's list `deny`. */
export const denied: Reply = reply(403, problem(403, 'about:blank', 'Forbidden', 'The request is not admitted.'))

/** Makes the function that answers what a ruling refuses: 429 beyond a limit, 503 where the store cannot answer. */
export function refusalReply(body: RateLimitSettings['body']): (ruling: Ruling) => Reply {
  const replies = new Map<string, Reply>()
  return (ruling) => {
    const seconds = ruling.isUnavailable ? unavailableSeconds : toRetrySeconds(ruling.retryAfterMs)
    const status = ruling.isUnavailable ? 503 : 429
    if (typeof body === 'function') return reply(status, body(toDecision(ruling)), seconds)
    const names = shownNames(ruling)
    const id = `${status} ${seconds} ${names.join(' ')}`
    const known = replies.get(id)
    if (known !== undefined) return known
    const detail = ruling.isUnavailable ? 'The rate limit cannot be decided now.' : 'Rate limit exceeded.'
    const advice = `${detail} Retry in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`
    const content =
      body === 'text' ? text(advice) : ruling.isUnavailable ? reducedCapacity(advice) : quotaExceeded(advice, names)
    const made = reply(status, content, seconds)
    if (replies.size >= maxReplies) replies.clear()
    replies.set(id, made)
    return made
  }
}

function text(body: string): RefusalBody {
  return { type: 'text/plain; charset=utf-8', body }
}

function reducedCapacity(detail: string): RefusalBody {
  return problem(503, `${types}#temporary-reduced-capacity`, 'Service Unavailable', detail)
}

function quotaExceeded(detail: string, names: readonly string[]): RefusalBody {
  const members = names.length === 0 ? {} : { 'violated-policies': names }
  return problem(429, `${types}#quota-exceeded`, 'Too Many Requests', detail, members)
}

/** The limits that refused and that clients are told of. */
function shownNames({ claims, verdicts }: Ruling): readonly string[] {
  return claims
    .filter(({ limit }, index) => limit.exposed && verdicts[index]?.allowed === false)
    .map(({ limit }) => limit.name)
}

/** A problem body (RFC 9457). */
function problem(status: number, type: string, title: string, detail: string, members: object = {}): RefusalBody {
  return { type: 'application/problem+json', body: JSON.stringify({ type, title, status, detail, ...members }) }
}

/** A 429 must not be stored by a cache (RFC 6585 §4), and neither must the others: they are about one client. */
function reply(status: number, { type, body }: RefusalBody, retryAfter?: number): Reply {
  const headers = { 'content-type': type, 'cache-control': 'no-store' }
  return {
    status,
    headers: retryAfter === undefined ? headers : { ...headers, 'retry-after': String(retryAfter) },
    body,
  }
}
