import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { selfSignedCertificate, startNginx, type Service } from '@seawall/services'

/** Starts nginx as a guide configures it, but for its port, its certificate, and the port of the service behind it. */
export function startNginxWith(configuration: string, servicePort: number): Promise<Service> {
  return startNginx(async (folder, port) => {
    const { cert, key } = selfSignedCertificate(['shop.example'])
    await Promise.all([writeFile(join(folder, 'shop.crt'), cert), writeFile(join(folder, 'shop.key'), key)])
    return configuration
      .replaceAll('/etc/ssl', folder)
      .replace('listen 443', `listen 127.0.0.1:${port}`)
      .replaceAll(/127\.0\.0\.1:300\d/g, `127.0.0.1:${servicePort}`)
  })
}
