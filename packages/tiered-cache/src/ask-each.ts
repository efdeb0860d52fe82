/**
 * The answers for several items, in their order. What is thrown at once rejects as what comes later does: no promise that
 * was made before is left behind, whose failure nobody would hear of.
 */
export function askEach<Item, Answer>(items: Iterable<Item>, ask: (item: Item) => Promise<Answer>): Promise<Answer[]> {
  return Promise.all([...items].map(async (item) => ask(item)))
}
