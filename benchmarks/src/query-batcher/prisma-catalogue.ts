import { createRequire } from 'node:module'
import type { Runner } from '../runner.ts'
import type { Bookshop, CatalogueBook } from './bookshop.ts'
import { catalogueRunner } from './catalogue-runner.ts'

/** What is used of a client that Prisma has generated in the folder of its own. */
interface PrismaClient {
  readonly book: { findMany(query: object): Promise<readonly PrismaBook[]> }
  $disconnect(): Promise<void>
}

interface PrismaBook extends Omit<CatalogueBook, 'genres' | 'reviews'> {
  readonly genres: readonly { readonly genre: { readonly name: string } }[]
  readonly reviews: readonly { readonly id: number; readonly rating: number; readonly createdAt: Date }[]
}

const query = {
  orderBy: { id: 'asc' },
  include: {
    author: true,
    genres: { select: { genre: true }, orderBy: { genreId: 'asc' } },
    reviews: {
      select: { id: true, rating: true, createdAt: true },
      where: { isApproved: true },
      orderBy: { createdAt: 'desc' },
    },
  },
}

/** Prisma's `include`, over its driver adapter. */
export async function start({ shop, folder }: { readonly shop: Bookshop; readonly folder: string }): Promise<Runner> {
  const fromFolder = createRequire(folder)
  const { PrismaPg } = fromFolder('@prisma/adapter-pg') as { PrismaPg: new (options: object) => object }
  const { PrismaClient } = fromFolder('./generated') as { PrismaClient: new (options: object) => PrismaClient }
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: shop.url, max: 10 }) })
  const load = async () => {
    const books = await prisma.book.findMany(query)
    return books.map(({ genres, reviews, ...book }) => ({
      ...book,
      genres: genres.map(({ genre }) => genre),
      reviews: reviews.map(({ createdAt, ...review }) => ({ ...review, created_at: createdAt })),
    }))
  }
  return catalogueRunner(shop, load, { end: () => prisma.$disconnect() })
}
