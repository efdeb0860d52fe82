import { describe, expect, it } from 'vitest'
import { formatFrame, frameOffsets, parseFrame } from '../src/entry-frame.ts'
import { createToken } from '../src/token.ts'

const generation = createToken()
const payload = Buffer.from('vjson 3\n{"a":1}')
const frame = formatFrame({ softMs: 1_000, hardMs: 61_000 }, { generation, pairs: [] }, payload)

function changed(from: number, text: string): Buffer {
  const bytes = Buffer.from(frame)
  bytes.write(text, from, 'latin1')
  return bytes
}

describe.each([
  ['as bytes', (bytes: Buffer) => bytes],
  ['as text', (bytes: Buffer) => bytes.toString('latin1')],
])('a frame, read %s', (_, read) => {
  it('has the times that it was written with, until its age is told', () => {
    const found = parseFrame(read(frame))
    expect(found).toMatchObject({ softMs: 1_000, hardMs: 61_000, generation })
    expect(found?.age(400)).toBe(true)
    expect(found).toMatchObject({ softMs: 600, hardMs: 60_600 })
  })

  it('is there while any of its times is left', () => {
    expect(parseFrame(read(frame))?.age(60_999)).toBe(true)
    expect(parseFrame(read(frame))?.age(61_000)).toBe(false)
  })

  it('is none where no number stands for the time that it is fresh', () => {
    expect(parseFrame(read(changed(frameOffsets.softMs, 'x')))).toBeUndefined()
    expect(parseFrame(read(changed(frameOffsets.softMs, '-')))).toBeUndefined()
  })

  it('is fresh at the most where no number, or a smaller one, stands for its whole time', () => {
    for (const wrong of ['x', '0'.repeat(13)]) {
      const bytes = read(changed(frameOffsets.hardMs, wrong))
      const found = parseFrame(bytes)
      expect(found?.age(999)).toBe(true)
      expect(found?.hardMs).toBe(1)
      expect(parseFrame(bytes)?.age(1_000)).toBe(false)
    }
  })

  it('is none without the mark or the end of its head', () => {
    for (const text of ['', '3', `3${'0'.repeat(200)}`, `4${frame.toString('latin1').slice(1)}`])
      expect(parseFrame(read(Buffer.from(text)))).toBeUndefined()
    // cut off before its end, what is there reads as a head without tags and one character more
    const head = frame.toString('latin1', 0, frame.indexOf('\n'))
    expect(parseFrame(read(Buffer.from(`${head}]`)))).toBeUndefined()
  })

  it('is over where no number stands for when it was written', () => {
    expect(parseFrame(read(changed(frameOffsets.writtenAt, 'x')))?.age(0)).toBe(false)
  })
})
