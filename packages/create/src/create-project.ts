import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CreateError } from './errors.ts'
import { frameworks, type Framework } from './frameworks.ts'
import { checkPackageName } from './package-name.ts'

/** What to create. */
export interface ProjectPlan {
  /** Where, from the current folder. */
  readonly folder: string
  /** What it is built on. */
  readonly framework: Framework
  /** Its name in package.json. @default the name of the folder */
  readonly name?: string | undefined
}

const templates = new URL('templates/', import.meta.url)
const filledIn = ['package.json', 'README.md']

/**
 * Copies a template into a folder that is empty or not there.
 *
 * @throws CreateError when the name is none for npm, when something is in the folder, or when it cannot be written.
 */
export async function createProject({ folder, framework, name }: ProjectPlan): Promise<void> {
  const target = resolve(folder)
  const packageName = checkPackageName(name ?? basename(target))
  try {
    await refuseContent(target, folder)
    const values = {
      '"project"': JSON.stringify(packageName),
      '{{name}}': packageName,
      '{{framework}}': frameworks[framework],
    }
    for (const template of ['common', framework]) await copy(new URL(`${template}/`, templates), target, values)
  } catch (error) {
    if (error instanceof CreateError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw refuse(`${folder}: ${reason}`, { cause: error })
  }
}

async function refuseContent(target: string, folder: string): Promise<void> {
  const names = await readdir(target).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return []
    if (error.code === 'ENOTDIR') throw refuse(`${folder} as a file is there`)
    throw error
  })
  const [found] = names.filter((name) => name !== '.git')
  if (found !== undefined) throw refuse(`${folder} as it is not empty: it has ${found}`)
}

function refuse(what: string, options?: ErrorOptions): CreateError {
  return new CreateError('ERR_CREATE_FOLDER', `Cannot create a project in ${what}`, options)
}

/** Copies all files of a template, and overwrites none. */
async function copy(template: URL, target: string, values: Readonly<Record<string, string>>): Promise<void> {
  const source = fileURLToPath(template)
  for (const entry of await readdir(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const folder = join(target, relative(source, entry.parentPath))
    await mkdir(folder, { recursive: true })
    const content = await readFile(join(entry.parentPath, entry.name))
    const filled = filledIn.includes(entry.name) ? fillIn(content.toString(), values) : content
    await writeFile(join(folder, nameOf(entry.name)), filled, { flag: 'wx' })
  }
}

/** npm takes no file of this name into a package. */
function nameOf(file: string): string {
  return file === 'gitignore' ? '.gitignore' : file
}

function fillIn(text: string, values: Readonly<Record<string, string>>): string {
  let filled = text
  for (const [placeholder, value] of Object.entries(values)) filled = filled.replaceAll(placeholder, () => value)
  return filled
}
