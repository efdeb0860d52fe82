import { createKeeper } from './create-keeper.ts'

/** A temporary folder that never outlives the process that asked for it. */
export interface KeptFolder {
  /** The folder. */
  readonly path: string
  /** Removes it now. */
  readonly remove: () => Promise<void>
}

/** Makes a temporary folder that is removed when this process ends, in whatever way. */
export async function keepFolder(name = 'folder'): Promise<KeptFolder> {
  const keeper = await createKeeper({ name })
  return { path: keeper.folder, remove: () => keeper.end() }
}
