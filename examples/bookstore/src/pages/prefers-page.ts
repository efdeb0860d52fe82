import { exchangeOf, type Exchange } from '@seawall/guard'
import Negotiator from 'negotiator'
import type { Outgoing } from '../route.ts'

/** Whether a client wants to show what it gets to a person: browsers say so, `fetch` and programs do not. */
export function prefersPage(exchange: Pick<Exchange, 'header'> | undefined): boolean {
  const accept = exchange?.header('accept') ?? '*/*'
  return new Negotiator({ headers: { accept } }).mediaType(['application/json', 'text/html']) === 'text/html'
}

/** After a form: to a browser the page to show next, to a program the answer itself. */
export function afterForm(request: object, path: string, answer: Outgoing): Outgoing {
  if (!prefersPage(exchangeOf(request))) return answer
  const { 'content-type': _type, ...headers } = answer.headers
  return { status: 303, headers: { ...headers, location: path, 'cache-control': 'no-store' }, body: '' }
}
