/** What a child process answers, by question. */
export type Answers = Readonly<Record<string, (input: never) => unknown>>

/** A question on its way to a child. */
export interface Question {
  readonly name: string
  readonly input: unknown
}

/** What comes back. */
export type Answer = { readonly value: unknown } | { readonly failure: string }

/** Answers the parent's questions, one after the other, and ends with it. */
export function answerQuestions(answers: Answers): void {
  process.on('disconnect', () => process.exit())
  process.on('message', (question: Question) => void answer(answers, question))
}

async function answer(answers: Answers, { name, input }: Question): Promise<void> {
  let reply: Answer
  try {
    reply = { value: await answers[name]?.(input as never) }
  } catch (error) {
    reply = { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
  process.send?.(reply)
}
