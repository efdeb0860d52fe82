/** The tag of everything that shows reviews of all books, or an order by them. */
export const reviewsTag = 'reviews'

/** The tag of everything that shows one book. */
export function bookTag(id: number): string {
  return `book:${id}`
}
