import { AsyncLocalStorage } from 'node:async_hooks'
import type { Cache } from '../cache.ts'
import { CacheLoadTimeoutError } from '../errors.ts'
import { tagVersionsOf, type Mark, type TagVersions } from '../tag-versions.ts'
import type { FragmentsSettings, Request } from './fragment-options.ts'
import { Page, type Rendered } from './page.ts'
import { entityTag, isEnvelope, toEnvelope, toPiece, type Envelope, type Piece } from './piece.ts'
import { Rendering } from './rendering.ts'

interface Flight {
  readonly rendering: Rendering
  readonly piece: Promise<Piece>
  readonly mark: Mark
}

/** Where a fragment stands: in a page, and inside another fragment or not. */
interface Place {
  readonly page: Page
  readonly parent: Rendering | undefined
}

/** Finds fragments in a cache, and renders those that are not there or outdated. */
export class Renderer {
  readonly #cache: Cache
  readonly #settings: FragmentsSettings
  readonly #versions: TagVersions
  /** What is being rendered, by key. */
  readonly #flights = new Map<string, Flight>()
  /** When the versions of an envelope were last found to be those there are. */
  readonly #checkedAt = new WeakMap<Envelope, Mark>()
  /** The fragment that is being rendered. */
  readonly #current = new AsyncLocalStorage<Rendering>()

  constructor(cache: Cache, settings: FragmentsSettings) {
    this.#cache = cache
    this.#settings = settings
    this.#versions = tagVersionsOf(cache)
  }

  /** What is being rendered is for one user. */
  makePrivate(): void {
    this.#current.getStore()?.makePrivate()
  }

  /** The key of the fragment that is being rendered and would be kept. */
  keptId(): string | undefined {
    const rendering = this.#current.getStore()
    return rendering?.isPrivate === false ? rendering.id : undefined
  }

  /** The fragment, alone or inside the one that is being rendered. */
  async produce(request: Request): Promise<Piece> {
    const parent = this.#current.getStore()
    if (parent !== undefined) {
      if (parent.isInside(request.id)) throw new Error(`Cannot render fragment '${request.id}' inside itself`)
      return parent.contain(await this.#pieceOf(request, { page: parent.page, parent }).catch(parent.failWith))
    }
    const page = new Page(this.#versions, this.#settings.ttlMs)
    try {
      return await this.#pieceOf(request, { page, parent })
    } finally {
      await this.#keep(page.rendered)
    }
  }

  async #pieceOf(request: Request, place: Place): Promise<Piece> {
    if (request.isPrivate) return this.#render(request, this.#begin(request, place))
    const known = await this.#cache.get(request.key)
    const isGood = isEnvelope(known) && known.version === request.version && (await this.#isCurrent(known, place.page))
    return isGood ? toPiece(known) : this.#share(request, place)
  }

  async #isCurrent(envelope: Envelope, page: Page): Promise<boolean> {
    if (page.contradicts(envelope)) return false
    const checkedAt = this.#checkedAt.get(envelope)
    if (checkedAt !== undefined && this.#versions.areUnchanged(envelope.tags, checkedAt)) return true
    const versions = await page.versionsOf(envelope.tags)
    if (!envelope.tags.every((tag, index) => versions.get(tag) === envelope.versions[index])) return false
    this.#checkedAt.set(envelope, page.mark)
    return true
  }

  /** Renders once for all who ask meanwhile, unless it turns out to be for one user, or something was invalidated. */
  async #share(request: Request, place: Place): Promise<Piece> {
    const { id, version } = request
    const name = `${version} ${id}`
    const running = this.#flights.get(name)
    if (running !== undefined && this.#versions.isQuietSince(running.mark)) return this.#join(running, request, place)
    const rendering = this.#begin(request, place)
    const flight = { rendering, mark: this.#versions.mark(), piece: this.#render(request, rendering) }
    this.#flights.set(name, flight)
    try {
      return await flight.piece
    } finally {
      if (this.#flights.get(name) === flight) this.#flights.delete(name)
    }
  }

  async #join({ rendering, piece: shared }: Flight, request: Request, place: Place): Promise<Piece> {
    try {
      const piece = await shared
      return piece.isPrivate ? await this.#render(request, this.#begin(request, place)) : piece
    } finally {
      if (rendering.isPrivate) place.parent?.makePrivate()
    }
  }

  #begin({ id, isPrivate }: Request, { page, parent }: Place): Rendering {
    const rendering = new Rendering(id, page, parent)
    if (isPrivate) rendering.makePrivate()
    return rendering
  }

  async #render(request: Request, rendering: Rendering): Promise<Piece> {
    const { id, key, tags, version, ttlMs } = request
    const { page } = rendering
    rendering.dependOn(tags, await page.versionsOf(tags))
    const body = await this.#run(request, rendering)
    const { vector, isStorable } = rendering
    if (rendering.isPrivate) return { body, vector, isPrivate: true, isStorable, etag: undefined }
    const piece = { body, vector, isPrivate: false, isStorable, etag: entityTag(id, vector, body) }
    if (isStorable) page.rendered.push({ key, envelope: toEnvelope(piece, version), ttlMs })
    return piece
  }

  async #run({ id, render }: Request, rendering: Rendering): Promise<unknown> {
    const { hardDeadlineMs } = this.#settings
    let timer: NodeJS.Timeout | undefined
    const expiry = new Promise<never>((_, reject) => {
      const expire = () => reject(new CacheLoadTimeoutError(id, hardDeadlineMs))
      timer = setTimeout(expire, hardDeadlineMs).unref()
    })
    try {
      return await Promise.race([this.#current.run(rendering, async () => render()), expiry])
    } finally {
      clearTimeout(timer)
    }
  }

  /** Keeps what was rendered. What a tier fails to take is rendered again. */
  async #keep(rendered: readonly Rendered[]): Promise<void> {
    for (const ttlMs of new Set(rendered.map((one) => one.ttlMs))) {
      const some = rendered.filter((one) => one.ttlMs === ttlMs)
      try {
        await this.#cache.setMany(
          some.map(({ key, envelope }) => [key, envelope] as const),
          { ttlMs },
        )
      } catch (error) {
        // One that is too large keeps none of the others out; a tier that does not answer is not asked a thousand times.
        if (error instanceof RangeError) await this.#keepEach(some)
        else if (error instanceof TypeError) throw error
      }
    }
  }

  async #keepEach(rendered: readonly Rendered[]): Promise<void> {
    await Promise.allSettled(rendered.map(({ key, envelope, ttlMs }) => this.#cache.set(key, envelope, { ttlMs })))
  }
}
