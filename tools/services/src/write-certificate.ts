import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { giveAway } from './give-away.ts'
import type { Certificate } from './self-signed-certificate.ts'

/** Writes a certificate and its key to `tls.crt` and `tls.key`, the key for its owner only, as PostgreSQL demands. */
export async function writeCertificate(folder: string, { cert, key }: Certificate): Promise<void> {
  await writeFile(join(folder, 'tls.crt'), cert, { mode: 0o644 })
  await writeFile(join(folder, 'tls.key'), key, { mode: 0o600 })
  await giveAway(join(folder, 'tls.key'))
}
