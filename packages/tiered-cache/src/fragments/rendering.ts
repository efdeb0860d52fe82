import type { Page } from './page.ts'
import type { Piece } from './piece.ts'

/** One fragment while it renders: what it and the fragments within depend on. */
export class Rendering {
  readonly id: string
  readonly page: Page
  readonly parent: Rendering | undefined
  /** It, or one within, is for one user. */
  isPrivate: boolean
  /** What it depends on is known and of one time. */
  isStorable = true
  /** The versions of its tags and of those within. */
  readonly vector = new Map<string, string>()

  constructor(id: string, page: Page, parent: Rendering | undefined, isPrivate: boolean) {
    this.id = id
    this.page = page
    this.parent = parent
    this.isPrivate = isPrivate
  }

  /** Takes the versions of the fragment's own tags. */
  dependOn(tags: readonly string[], versions: ReadonlyMap<string, string>): void {
    for (const tag of ['', ...tags]) this.#add(tag, versions.get(tag))
  }

  /** Takes over what a fragment within depends on. */
  contain({ vector, isPrivate, isStorable }: Piece): void {
    this.isPrivate ||= isPrivate
    this.isStorable &&= isStorable
    for (const [tag, version] of vector) this.#add(tag, version)
  }

  isInside(id: string): boolean {
    return this.id === id || this.parent?.isInside(id) === true
  }

  /** Of two versions of a tag one is of the past: what shows both is outdated already. */
  #add(tag: string, version: string | undefined): void {
    const known = this.vector.get(tag)
    if (version === undefined || (known !== undefined && known !== version)) this.isStorable = false
    this.vector.set(tag, known ?? version ?? '')
  }
}
