/** How a file may be compressed. */
export type Coding = 'br' | 'gzip' | 'zstd'

/** One file as it is served. */
export interface Asset {
  /** Its name in the built folder and in its URL, with a hash of what it holds. */
  readonly file: string
  /** Its media type. */
  readonly type: string
  /** The value of the attribute `integrity`. */
  readonly integrity: string
  /** The codings that it is also there in, as `<file>.<coding>`, the smallest first. */
  readonly codings: readonly Coding[]
}

/** The files by the names that templates call them. */
export type AssetManifest = Readonly<Record<string, Asset>>
