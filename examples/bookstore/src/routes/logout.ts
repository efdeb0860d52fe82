import { afterForm } from '../pages/prefers-page.ts'
import type { Handler } from '../route.ts'
import type { Sessions } from '../session.ts'

/** `POST /logout`: takes the session cookie back. */
export function logoutRoute(sessions: Sessions): Handler {
  return async ({ request }) =>
    afterForm(request, '/', {
      status: 204,
      headers: { 'set-cookie': sessions.revoke(), 'cache-control': 'no-store' },
      body: '',
    })
}
