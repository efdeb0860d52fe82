import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** What a TLS server needs. */
export interface Certificate {
  /** The certificate in PEM. */
  readonly cert: string
  /** Its private key in PEM. */
  readonly key: string
}

/** A certificate for some hosts, signed by itself and valid for a day (RFC 5280, in DER). */
export function selfSignedCertificate(hosts: readonly string[]): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(set(sequence(commonName, der(0x0c, Buffer.from('seawall test')))))
  const names = sequence(...hosts.map((host) => der(0x82, Buffer.from(host))))
  const toBeSigned = sequence(
    der(0xa0, version3),
    der(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ecdsaWithSha256,
    name,
    sequence(time(Date.now() - dayMs / 2), time(Date.now() + dayMs / 2)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(sequence(subjectAltName, der(0x04, names)))),
  )
  const signature = Buffer.concat([Buffer.of(0), sign('sha256', toBeSigned, privateKey)])
  return {
    cert: toPem(sequence(toBeSigned, ecdsaWithSha256, der(0x03, signature))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

const dayMs = 86_400_000
const version3 = Buffer.of(0x02, 0x01, 0x02)
const commonName = Buffer.of(0x06, 0x03, 0x55, 0x04, 0x03)
const subjectAltName = Buffer.of(0x06, 0x03, 0x55, 0x1d, 0x11)
const ecdsaWithSha256 = sequence(Buffer.of(0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02))

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts))
}

function set(...parts: readonly Buffer[]): Buffer {
  return der(0x31, Buffer.concat(parts))
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.of(tag, ...head), content])
}

/** Without the century, as dates up to 2049 have to be. */
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\D/g, '').slice(2, 14)
  return der(0x17, Buffer.from(`${digits}Z`))
}

function toPem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
