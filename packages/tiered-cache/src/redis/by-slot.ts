import type { RedisClient } from './redis-client.ts'
import type { RedisKeys } from './redis-keys.ts'

/** Answers in the order of the questions, asked all at once or, in a cluster, those of a slot at once. */
export async function bySlot<Question, Answer>(
  client: RedisClient,
  keys: RedisKeys,
  questions: readonly Question[],
  keyOf: (question: Question) => string,
  ask: (group: readonly Question[]) => Promise<readonly Answer[]>,
): Promise<readonly Answer[]> {
  if (!client.isCluster) return ask(questions)
  const groups = new Map<number, Question[]>()
  for (const question of questions) {
    const slot = keys.slot(keyOf(question))
    const group = groups.get(slot)
    if (group === undefined) groups.set(slot, [question])
    else group.push(question)
  }
  const answers = new Map<Question, Answer>()
  await Promise.all(
    Array.from(groups.values(), async (group) => {
      for (const [index, answer] of (await ask(group)).entries()) answers.set(group[index] as Question, answer)
    }),
  )
  return questions.map((question) => answers.get(question) as Answer)
}
