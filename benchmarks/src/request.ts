/** The path that every server has. */
const path = '/hello'

/** The request's headers: a browser's, and those of a proxy that has taken the request over TLS. */
export const requestHeaders = {
  host: 'shop.example',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  accept: 'application/json',
  'accept-encoding': 'gzip, deflate, br',
  'x-forwarded-for': '203.0.113.7',
  'x-forwarded-proto': 'https',
} as const

/** The request as it is sent. */
export const requestText: string = [
  `GET ${path} HTTP/1.1`,
  ...Object.entries(requestHeaders).map(([name, value]) => `${name}: ${value}`),
  '\r\n',
].join('\r\n')
