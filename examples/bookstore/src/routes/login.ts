import type { Kysely } from 'kysely'
import { again } from '../again.ts'
import { afterForm } from '../pages/prefers-page.ts'
import { isPassword } from '../password.ts'
import { json, problem, type Handler } from '../route.ts'
import type { Tables } from '../schema.ts'
import type { Sessions } from '../session.ts'
import { textField } from '../text-field.ts'

/** `POST /login` with `username` and `password`: a session cookie, or 401. */
export function loginRoute(db: Kysely<Tables>, sessions: Sessions): Handler {
  return async ({ request, body }) => {
    const username = textField(body, 'username')
    const password = textField(body, 'password')
    if (username === undefined || password === undefined)
      return problem(400, 'Bad Request', "'username' and 'password' must be texts of 1 to 1000 characters")
    const readers = db.selectFrom('reader').selectAll().where('username', '=', username)
    const reader = await again(() => readers.executeTakeFirst())
    if (!(await isPassword(password, reader?.password_hash)) || reader === undefined)
      return problem(401, 'Unauthorized', 'Unknown username or wrong password')
    const headers = { 'set-cookie': sessions.issue({ readerId: reader.id }), 'cache-control': 'no-store' }
    return afterForm(request, '/', json({ username: reader.username }, 200, headers))
  }
}
