import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { exchangeOf } from '../../packages/guard/src/index.ts'
import { protect } from '../../packages/guard/src/node.ts'
import { expect, onTestFinished, test } from 'vitest'
import { textOf } from './documents.ts'
import { codeBlocks } from './markdown.ts'
import { startNginxWith } from './start-nginx-with.ts'

const [configuration] = codeBlocks('docs/behind-a-proxy.md', textOf('docs/behind-a-proxy.md')).filter(
  ({ language }) => language === 'nginx',
)

test('behind the nginx of the guide the service knows its client, whatever that claims', async () => {
  const listener = protect(
    [],
    (incoming, response) => {
      const { ip, secure, host } = exchangeOf(incoming) ?? {}
      response.end(JSON.stringify({ ip, secure, host }))
    },
    { trustedProxies: ['127.0.0.1'] },
  )
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const nginx = await startNginxWith(configuration?.code ?? '', (server.address() as AddressInfo).port)
  onTestFinished(async () => {
    server.close()
    server.closeAllConnections()
    await nginx.stop()
  })
  const forged = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'http', 'x-forwarded-host': 'evil.example' }
  const answer = await askOverTls(nginx.port, { host: 'shop.example', ...forged })
  expect(JSON.parse(answer)).toEqual({ ip: '127.0.0.1', secure: true, host: 'shop.example' })
})

async function askOverTls(port: number, headers: Record<string, string>): Promise<string> {
  const asked = request({ port, host: '127.0.0.1', headers, rejectUnauthorized: false, agent: false }).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  return text(response)
}
