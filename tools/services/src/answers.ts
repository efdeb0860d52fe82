import { connect } from 'node:net'

/** Whether a server on 127.0.0.1 answers `question` within a second by something that begins with `answer`. */
export function answers(port: number, question: string, answer: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(question, 'latin1'))
    const conclude = (verdict: boolean): void => {
      socket.destroy()
      resolve(verdict)
    }
    socket.setTimeout(1000, () => conclude(false))
    socket.once('error', () => conclude(false))
    socket.once('close', () => conclude(false))
    socket.once('data', (data) => conclude(data.toString('latin1').startsWith(answer)))
  })
}

/** Whether a server that speaks PostgreSQL's protocol lets the user `postgres` into a database. */
export function admits(port: number, database: string): Promise<boolean> {
  const settings = ['user', 'postgres', 'database', database, ''].map((word) => `${word}\0`).join('')
  const packet = Buffer.alloc(8 + settings.length)
  packet.writeInt32BE(packet.length, 0)
  packet.writeInt32BE(0x00_03_00_00, 4)
  packet.write(settings, 8, 'latin1')
  return answers(port, packet.toString('latin1'), 'R')
}
