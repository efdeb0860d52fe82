import type { Kysely } from 'kysely'

export declare const db: Kysely<{
  author: { id: number; name: string }
  book: { id: number; title: string; author_id: number }
  review: { id: number; book_id: number; user_id: number; rating: number; is_approved: boolean }
  user: { id: number; name: string }
}>
