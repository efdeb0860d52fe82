import { checkOptions, fn } from '@seawall/options'

/**
 * Makes what belongs to a request, once for each: batchers that remember nothing beyond it, so that nobody sees what was
 * loaded for somebody else. Any object that stands for the request will do, as long as it is the same one each time: an
 * `IncomingMessage`, a `FastifyRequest`, Koa's or Hono's context, a web `Request`. It is let go with the request.
 *
 * @param create - Makes the loaders of a request.
 * @returns A function that gives the loaders of a request.
 * @throws TypeError when `create` is not a function.
 * @example
 * ```ts
 * import { Batcher, groupBy, perRequest } from '@seawall/query-batcher'
 *
 * const loadersOf = perRequest(() => ({
 *   reviews: new Batcher(async (bookIds: readonly number[]) => {
 *     const rows = await db.selectFrom('review').selectAll().where('book_id', 'in', bookIds).execute()
 *     return groupBy(rows, bookIds, (review) => review.book_id)
 *   }),
 * }))
 *
 * const request = new Request('http://shop.example/books/1')
 * const reviews = await loadersOf(request).reviews.load(1)
 * ```
 */
export function perRequest<Loaders, Request extends object = object>(
  create: (request: Request) => Loaders,
): (request: Request) => Loaders {
  checkOptions('make loaders for each request', { create }, { create: fn('a function of a request') }, ['create'])
  const loadersByRequest = new WeakMap<Request, { readonly loaders: Loaders }>()
  return (request) => {
    const known = loadersByRequest.get(request)
    if (known !== undefined) return known.loaders
    const loaders = create(request)
    loadersByRequest.set(request, { loaders })
    return loaders
  }
}
