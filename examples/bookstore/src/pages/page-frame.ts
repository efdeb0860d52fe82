import type { AssetManifest } from '../assets/manifest.ts'
import { assetsPath } from '../assets/static-files.ts'
import { html, raw, type Html } from '../html.ts'
import type { Outgoing } from '../route.ts'

/** What stands around the content of every page. */
export interface PageFrame {
  /** A whole page. */
  page(parts: PageParts): Html
  /** The script, which runs by the nonce of its response. */
  script(nonce: string): Html
}

/** What one page has of its own. */
export interface PageParts {
  readonly title: string
  /** What the head has besides. */
  readonly head?: Html
  /** Beside the name of the store. */
  readonly aside?: Html
  readonly content: Html
  /** Whether somebody is signed in. */
  readonly isSignedIn?: boolean
}

/** The frame around pages. Browsers take its style sheet and its script only as they were built. */
export function createPageFrame(assets: AssetManifest): PageFrame {
  const mark = urlOf(assets, 'mark.svg')
  const style = html`<link
    rel="stylesheet"
    href="${urlOf(assets, 'site.css')}"
    integrity="${integrityOf(assets, 'site.css')}"
  />`
  return {
    page: ({ title, head = html``, aside = html``, content, isSignedIn = false }) =>
      html`<!doctype html>
        <html lang="en">
          <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="color-scheme" content="light dark" />
            <title>${title}</title>
            <link rel="icon" href="${mark}" />
            ${style} ${head}
          </head>
          <body data-reader="${isSignedIn ? 'signed-in' : 'none'}">
            <header>
              <a class="brand" href="/"><img src="${mark}" alt="" width="36" height="36" /> Bookstore</a>
              ${aside}
            </header>
            ${content}
            <footer>Ratings are of approved reviews alone.</footer>
          </body>
        </html>`,
    script: (nonce) =>
      html`<script
        nonce="${nonce}"
        src="${urlOf(assets, 'site.js')}"
        integrity="${integrityOf(assets, 'site.js')}"
        defer
      ></script>`,
  }
}

/** An answer that browsers show, and keep nowhere. */
export function pageAnswer(page: Html, status = 200): Outgoing {
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
    body: raw(page),
  }
}

function urlOf(assets: AssetManifest, name: string): string {
  return assetsPath + (assets[name]?.file ?? name)
}

function integrityOf(assets: AssetManifest, name: string): string {
  return assets[name]?.integrity ?? ''
}
