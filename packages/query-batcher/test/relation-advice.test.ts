import { expect, test } from 'vitest'
import { adviceOn } from '../src/budget/relation-advice.ts'

test.each([
  ['select "name" from "author" where "id" = $1', "one(db.selectFrom('author')…, { on: ['author.id', 'author_id'] })"],
  [
    'select "a"."name" from "author" as "a" where "a"."id" = $1 limit $2',
    "one(db.selectFrom('author as a')…, { on: ['a.id', 'author_id'] })",
  ],
  [
    'select * from review where book_id = $1 order by id',
    "many(db.selectFrom('review')…, { on: ['review.book_id', 'id'] })",
  ],
  [
    'select "genre"."id" from "genre" inner join "book_genre" on "book_genre"."genre_id" = "genre"."id" where "book_genre"."book_id" = $1',
    "many(db.selectFrom('genre')…, { on: ['book_genre.book_id', 'id'] })",
  ],
  [
    'select count(*) as "n" from "public"."review" where ("bookId" = $1 and "x" = ?)',
    "count(db.selectFrom('review')…, { on: ['review.bookId', 'id'] })",
  ],
  ['insert into "tag" ("name") values ($1)', "insert them at once: db.insertInto('tag').values([…])"],
  ['update "book" set "seen" = $1 where "id" = $2', 'write them at once, with one statement over all keys'],
  ['select now()', 'ask for all of them in one statement, with `= any($1)`, or through a Batcher'],
])('advises on %s', (sql, advice) => {
  expect(adviceOn(sql)).toContain(advice)
})
