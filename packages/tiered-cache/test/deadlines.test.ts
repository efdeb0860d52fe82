import { expect, onTestFinished, test } from 'vitest'
import { Deadlines } from '../src/deadlines.ts'

function run<T>(deadlines: Deadlines, start: () => Promise<T>, late?: (result: T) => void): Promise<T> {
  return new Promise((done, failed) => deadlines.run(start, { done, failed, late }))
}

function ofMs(ms: number): Deadlines {
  const deadlines = new Deadlines(ms)
  onTestFinished(() => deadlines.close())
  return deadlines
}

test('work that ends in time is handed on, whatever it ends with', async () => {
  const deadlines = ofMs(10_000)
  await expect(run(deadlines, async () => 1)).resolves.toBe(1)
  await expect(run(deadlines, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  const thrown = run(deadlines, () => {
    throw new Error('at once')
  })
  await expect(thrown).rejects.toThrow('at once')
})

test('work that does not end fails, each at its own time', async () => {
  const deadlines = ofMs(50)
  const ended: string[] = []
  const hang = (name: string) =>
    run(deadlines, () => new Promise(() => undefined)).catch((error: Error) => ended.push(`${name}: ${error.message}`))
  const first = hang('first')
  await new Promise((resolve) => setTimeout(resolve, 25))
  const second = hang('second')
  await run(deadlines, async () => 'between')
  await first
  expect(ended).toEqual(['first: No answer within 50 ms'])
  await second
  expect(ended).toEqual(['first: No answer within 50 ms', 'second: No answer within 50 ms'])
  await expect(run(deadlines, () => new Promise(() => undefined))).rejects.toThrow('No answer within 50 ms')
})

test('what comes too late is handed over, and a failure that does is dropped', async () => {
  const deadlines = ofMs(20)
  const late: number[] = []
  let settle: (value: number) => void = () => undefined
  const slow = run(
    deadlines,
    () => new Promise<number>((resolve) => (settle = resolve)),
    (value) => late.push(value),
  )
  await expect(slow).rejects.toThrow('No answer')
  settle(7)
  await expect.poll(() => late).toEqual([7])
  let refuse: (error: Error) => void = () => undefined
  const failing = run(
    deadlines,
    () => new Promise<number>((_, reject) => (refuse = reject)),
    (value) => late.push(value),
  )
  await expect(failing).rejects.toThrow('No answer')
  refuse(new Error('later'))
  await run(deadlines, async () => undefined)
  expect(late).toEqual([7])
})

test('what is under way when it is closed still ends', async () => {
  const deadlines = new Deadlines(20)
  const hanging = run(deadlines, () => new Promise(() => undefined))
  deadlines.close()
  await expect(hanging).rejects.toThrow('No answer within 20 ms')
})
