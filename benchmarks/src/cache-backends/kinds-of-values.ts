/** A value of every kind that comes back as it was, or is said not to. */
export const kindsOfValues: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['null', null],
  ['booleans', [true, false]],
  ['numbers', [1.5, -0, NaN, Infinity, Number.MAX_SAFE_INTEGER]],
  ['BigInt', 2n ** 80n],
  ['text', 'тег 🦉 \u0000 \r\n'],
  ['nested objects', { a: [{ b: { $: 'x' } }] }],
  ['undefined members', { a: undefined, b: [undefined, 1] }],
  ['Date', new Date(5)],
  ['Map', new Map<unknown, unknown>([[{ a: 1 }, new Map([[1n, 2]])]])],
  ['Set', new Set([1, 'a', null])],
  ['Buffer', Buffer.from([0, 13, 10, 255])],
  ['ArrayBuffer', new Uint8Array([1, 2]).buffer],
  ['typed arrays', [new Float64Array([0.5]), new Uint8Array([1]), new BigInt64Array([-1n])]],
  ['DataView', new DataView(new Uint8Array([1, 2, 3]).buffer)],
])
