import type { Guard } from '@seawall/guard'
import type { AssetManifest } from '../assets/manifest.ts'
import { html } from '../html.ts'
import { createPageFrame, pageAnswer } from './page-frame.ts'
import { prefersPage } from './prefers-page.ts'

interface Problem {
  readonly status: number
  readonly title: string
  readonly detail?: string
}

/** Shows a person a page where a program gets problem JSON (RFC 9457), whoever has refused: a guard, a parser, a route. */
export function problemPages(assets: AssetManifest): Guard {
  const frame = createPageFrame(assets)
  return {
    name: 'problem-pages',
    onBody(exchange, head, body) {
      const type = String(head.get('content-type'))
      if (!type.startsWith('application/problem+json') || !prefersPage(exchange)) return undefined
      const { status, title, detail } = JSON.parse(Buffer.from(body).toString()) as Problem
      const content = html`<main class="problem">
        <p class="status">${status}</p>
        <h1>${title}</h1>
        <p>${detail ?? 'We cannot show you this.'}</p>
        <p><a href="/">Back to the books</a></p>
      </main>`
      return pageAnswer(frame.page({ title: `${title} - Bookstore`, content }), status)
    },
  }
}
