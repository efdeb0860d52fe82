/** A limit that no benchmark reaches. */
export const manyRequests = 1_000_000_000
