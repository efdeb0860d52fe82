/** Keys as limits make them of addresses. */
export const keys: readonly string[] = Array.from(
  { length: 10_000 },
  (_, index) => `login-ip:key:10.${index >> 8}.${index & 255}.7`,
)

/** The nth key, in an order that no cache of a processor likes better than another. */
export function keyAt(n: number): string {
  return keys[(n * 7_919) % keys.length] ?? ''
}

/** Does operations, so many at a time. */
export async function atOnce(operations: number, concurrency: number, operate: (n: number) => unknown): Promise<void> {
  let next = 0
  const work = async (): Promise<void> => {
    while (next < operations) await operate(next++)
  }
  await Promise.all(Array.from({ length: concurrency }, work))
}
