import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { integrityManifest, integrityOf, type HashAlgorithm } from '../src/index.ts'

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'seawall-integrity-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

const sha384 = (bytes: string | Buffer) => `sha384-${createHash('sha384').update(bytes).digest('base64')}`

describe('an integrity', () => {
  it('is that of the specification of Subresource Integrity', async () => {
    expect(await integrityOf(Buffer.from(`alert('Hello, world.');`))).toBe(
      'sha384-H8BRh8j48O9oYatfu5AZzq6A9RINhZO5H16dQZngK7T62em8MUt1FLm52t+eX6xO',
    )
  })

  it('is the same for a file, its URL and its bytes', async () => {
    const bytes = randomBytes(300_000)
    const file = join(await folder(), 'a b#c.bin')
    await writeFile(file, bytes)
    expect(await integrityOf(file)).toBe(sha384(bytes))
    expect(await integrityOf(pathToFileURL(file))).toBe(sha384(bytes))
    expect(await integrityOf(bytes)).toBe(sha384(bytes))
    expect(await integrityOf(bytes, 'sha512')).toMatch(/^sha512-.{86}==$/)
  })

  it('is not made of what cannot be read', async () => {
    await expect(integrityOf(join(await folder(), 'none'))).rejects.toThrow('ENOENT')
    await expect(integrityOf(await folder())).rejects.toThrow('EISDIR')
    await expect(integrityOf(5 as unknown as string)).rejects.toThrow(TypeError)
    await expect(integrityOf(Buffer.of(), 'md5' as HashAlgorithm)).rejects.toThrow(/'algorithm' must be one of/)
  })
})

describe('a manifest', () => {
  it('holds the files of a folder and of those below it, in order', async () => {
    const root = await folder()
    await mkdir(join(root, 'b', 'c'), { recursive: true })
    const files: Record<string, string> = { 'z.js': 'z', 'a.js': '', 'b/c/d.css': 'd', 'B.js': 'B', __proto__x: 'p' }
    for (const [path, text] of Object.entries(files)) await writeFile(join(root, path), text)
    await writeFile(join(root, '__proto__'), 'q')
    const manifest = await integrityManifest(root)
    expect(Object.keys(manifest)).toEqual(['B.js', '__proto__', '__proto__x', 'a.js', 'b/c/d.css', 'z.js'])
    expect(manifest['b/c/d.css']).toEqual({ integrity: sha384('d'), bytes: 1 })
    expect(manifest['a.js']).toEqual({ integrity: sha384(''), bytes: 0 })
    expect(Object.isFrozen(manifest)).toBe(true)
    expect(await integrityManifest(pathToFileURL(root), 'sha256')).toHaveProperty(['z.js', 'integrity'])
  })

  it('follows a link to a file inside, and none that leads out, round or nowhere', async () => {
    const root = await folder()
    const elsewhere = await folder()
    const beside = `${root}-beside`
    await writeFile(beside, 'secret')
    onTestFinished(() => rm(beside))
    await writeFile(join(elsewhere, 'secret'), 'secret')
    await writeFile(join(root, 'inside.js'), 'inside')
    await symlink('inside.js', join(root, 'link.js'))
    await symlink(join(elsewhere, 'secret'), join(root, 'out.js'))
    await symlink(beside, join(root, 'beside.js'))
    await symlink('.', join(root, 'loop'))
    await symlink(elsewhere, join(root, 'folder'))
    await symlink('missing', join(root, 'dangling'))
    expect(Object.keys(await integrityManifest(root))).toEqual(['inside.js', 'link.js'])
  })

  it('is that of the folder a link leads to', async () => {
    const root = await folder()
    await writeFile(join(root, 'a.js'), 'a')
    const link = join(await folder(), 'current')
    await symlink(root, link)
    expect(Object.keys(await integrityManifest(link))).toEqual(['a.js'])
  })

  it('is empty for an empty folder, and an error for none', async () => {
    expect(await integrityManifest(await folder())).toEqual({})
    await expect(integrityManifest(join(await folder(), 'none'))).rejects.toThrow('ENOENT')
    await expect(integrityManifest('.', 'md5' as HashAlgorithm)).rejects.toThrow(/'algorithm' must be one of/)
  })
})
