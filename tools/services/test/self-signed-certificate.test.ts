import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer, get } from 'node:https'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { selfSignedCertificate } from '../src/index.ts'

test('a certificate is for its hosts, valid now and signed by its own key', () => {
  const { cert } = selfSignedCertificate(['localhost', 'shop.test'])
  const certificate = new X509Certificate(cert)
  expect(certificate.checkHost('localhost')).toBe('localhost')
  expect(certificate.checkHost('shop.test')).toBe('shop.test')
  expect(certificate.checkHost('shop.example')).toBeUndefined()
  expect(certificate.verify(certificate.publicKey)).toBe(true)
  expect(Date.parse(certificate.validFrom)).toBeLessThan(Date.now())
  expect(Date.parse(certificate.validTo)).toBeGreaterThan(Date.now())
})

test('a client that trusts it speaks TLS with a server that has it', async () => {
  const certificate = selfSignedCertificate(['localhost'])
  const server = createServer(certificate, (_request, response) => response.end('over TLS')).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const request = get({ host: '127.0.0.1', port, servername: 'localhost', ca: certificate.cert, agent: false })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  expect(await response.setEncoding('utf8').toArray()).toEqual(['over TLS'])
})
