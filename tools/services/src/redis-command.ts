import { connect } from 'node:net'

/** Sends one command to a Redis or a Sentinel on 127.0.0.1, and resolves to its answer as it stands on the wire. */
export function redisCommand(port: number, ...words: readonly string[]): Promise<string> {
  const bulk = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`*${words.length}\r\n${bulk}`))
    socket.setTimeout(5000, () => socket.destroy(new Error(`Redis did not answer ${words[0]} within 5 seconds`)))
    socket.once('error', reject)
    socket.once('close', () => reject(new Error(`Redis closed the connection on ${words[0]}`)))
    socket.once('data', (data) => {
      resolve(data.toString())
      socket.destroy()
    })
  })
}

/** Sends a command over and over until its answer is the wanted one. */
export async function redisUntil(port: number, words: readonly string[], wanted: RegExp): Promise<void> {
  const deadline = performance.now() + 30_000
  for (;;) {
    const answer = await redisCommand(port, ...words)
    if (wanted.test(answer)) return
    if (performance.now() > deadline) throw new Error(`Redis did not settle: ${words.join(' ')} answers ${answer}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
