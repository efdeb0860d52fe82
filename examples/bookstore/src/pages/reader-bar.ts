import { html, type Html } from '../html.ts'

/** Who is signed in and the way out, or the way in. */
export function readerBar(username: string | undefined): Html {
  if (username === undefined)
    return html`<details class="sign-in" id="sign-in">
      <summary>Sign in</summary>
      <form method="post" action="/login">
        <label>Username <input name="username" autocomplete="username" maxlength="1000" required /></label>
        <label>
          Password
          <input name="password" type="password" autocomplete="current-password" maxlength="1000" required />
        </label>
        <button>Sign in</button>
      </form>
    </details>`
  return html`<form class="signed-in" method="post" action="/logout">
    <span>Signed in as <strong>${username}</strong></span>
    <button>Sign out</button>
  </form>`
}
