import type { Page } from './page.ts'
import type { Piece } from './piece.ts'

/** One fragment while it renders: what it and the fragments within depend on. */
export class Rendering {
  readonly id: string
  readonly page: Page
  readonly parent: Rendering | undefined
  /** It, or one within, is for one user. */
  isPrivate = false
  /** What it depends on is known and of one time, and nothing within has failed. */
  isStorable = true
  /** The versions of its tags and of those within. */
  readonly vector = new Map<string, string>()

  constructor(id: string, page: Page, parent: Rendering | undefined) {
    this.id = id
    this.page = page
    this.parent = parent
  }

  /** It is for one user, and so is what is around it, whatever becomes of it. */
  makePrivate(): void {
    this.isPrivate = true
    this.parent?.makePrivate()
  }

  /** Takes the versions of the fragment's own tags. */
  dependOn(tags: readonly string[], versions: ReadonlyMap<string, string>): void {
    for (const tag of ['', ...tags]) this.#add(tag, versions.get(tag))
  }

  /** Takes over what a fragment within depends on. */
  contain(piece: Piece): Piece {
    if (piece.isPrivate) this.makePrivate()
    this.isStorable &&= piece.isStorable
    for (const [tag, version] of piece.vector) this.#add(tag, version)
    return piece
  }

  /** A fragment within has failed: what stands in its place is not to stay when it works again. */
  readonly failWith = (error: unknown): never => {
    this.isStorable = false
    throw error
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
