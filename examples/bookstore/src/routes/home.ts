import { nonceOf } from '@seawall/security-headers'
import type { Cache } from '@seawall/tiered-cache'
import type { Kysely } from 'kysely'
import { again } from '../again.ts'
import type { AssetManifest } from '../assets/manifest.ts'
import type { Caches } from '../caches.ts'
import { createPageFrame, pageAnswer } from '../pages/page-frame.ts'
import { readerBar } from '../pages/reader-bar.ts'
import { createShelfPage } from '../pages/shelf-page.ts'
import type { Handler } from '../route.ts'
import type { Tables } from '../schema.ts'
import type { Sessions } from '../session.ts'

/** What the page is made of. */
interface HomeParts {
  readonly db: Kysely<Tables>
  readonly caches: Caches
  readonly manifest: AssetManifest
}

/** `GET /`: what everybody sees comes from the cache; the frame around it, with nonce and name, is this response's own. */
export function homeRoute({ db, caches, manifest }: HomeParts, sessions: Sessions): Handler {
  const frame = createPageFrame(manifest)
  const shelfPage = createShelfPage(db, caches.pages)
  return async ({ request, cookies }) => {
    const readerId = sessions.read(cookies)?.readerId
    const [content, username] = await Promise.all([
      shelfPage(),
      readerId === undefined ? undefined : nameOf(db, caches.data, readerId),
    ])
    const head = frame.script(nonceOf(request))
    const isSignedIn = username !== undefined
    return pageAnswer(frame.page({ title: 'Bookstore', head, aside: readerBar(username), content, isSignedIn }))
  }
}

/** A session outlives its reader, who then is nobody. */
async function nameOf(db: Kysely<Tables>, cache: Cache, readerId: number): Promise<string | undefined> {
  const load = async (): Promise<string | null> => {
    const readers = db.selectFrom('reader').select('username').where('id', '=', readerId)
    return (await again(() => readers.executeTakeFirst()))?.username ?? null
  }
  return (await cache.getOrSet(['reader', readerId], load)) ?? undefined
}
