import type { Runner } from '../runner.ts'
import { checkCatalogue, countStatements, type Bookshop, type CatalogueBook } from './bookshop.ts'

const warmUp = 30

/** Checks that a contender makes the right catalogue, warms it up, and gives the runner of it. */
export async function catalogueRunner(
  shop: Bookshop,
  load: () => Promise<readonly CatalogueBook[]>,
  { end, times = warmUp }: { end: () => Promise<void>; times?: number },
): Promise<Runner> {
  checkCatalogue(await load(), shop)
  for (let time = 0; time < times; time++) await load()
  const statements = await countStatements(shop.url, load)
  return {
    async round(operations) {
      for (let operation = 0; operation < operations; operation++) await load()
      return { statements }
    },
    end,
  }
}
