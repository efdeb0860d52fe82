/** What was asked in one tick, and the answer to all of it. */
class Batch<Question, Answer> {
  readonly questions: Question[] = []
  /** The keys of the questions: a call never has the same key twice. */
  readonly keys = new Set<unknown>()
  readonly answers: Promise<readonly Answer[]>
  resolve: (answers: readonly Answer[]) => void = () => undefined
  reject: (error: unknown) => void = () => undefined

  constructor() {
    this.answers = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }
}

/** Gathers what is asked in one tick into one call. A single question waits no longer than the tick does. */
export class TickBatch<Question, Answer> {
  /** What is being asked in this tick. */
  #batch: Batch<Question, Answer> | undefined
  readonly #call: (questions: readonly Question[]) => Promise<readonly Answer[]>
  readonly #keyOf: (question: Question) => unknown
  readonly #maxSize: number

  constructor(
    call: (questions: readonly Question[]) => Promise<readonly Answer[]>,
    keyOf: (question: Question) => unknown = (question) => question,
    maxSize = Infinity,
  ) {
    this.#call = call
    this.#keyOf = keyOf
    this.#maxSize = maxSize
  }

  ask(question: Question): Promise<Answer> {
    return this.askFor(question, (answer) => answer)
  }

  /** What is made of the answer, or of the failure. One promise a question: those of a tick follow from one. */
  askFor<T>(
    question: Question,
    take: (answer: Answer) => T | Promise<T>,
    recover?: (error: unknown) => T | Promise<T>,
  ): Promise<T> {
    const { questions, answers } = this.#batchFor(question)
    const index = questions.push(question) - 1
    return answers.then((all) => take(all[index] as Answer), recover)
  }

  #batchFor(question: Question): Batch<Question, Answer> {
    const key = this.#keyOf(question)
    let batch = this.#batch
    if (batch !== undefined && (batch.questions.length >= this.#maxSize || batch.keys.has(key))) {
      this.#send(batch)
      batch = undefined
    }
    batch ??= this.#open()
    batch.keys.add(key)
    return batch
  }

  #open(): Batch<Question, Answer> {
    const batch = new Batch<Question, Answer>()
    this.#batch = batch
    // Behind the promises that are settled already: what they go on to ask belongs to this tick.
    queueMicrotask(() => process.nextTick(() => this.#send(batch)))
    return batch
  }

  #send(batch: Batch<Question, Answer>): void {
    // It was full, and is sent already.
    if (this.#batch !== batch) return
    this.#batch = undefined
    void this.#answer(batch)
  }

  async #answer({ questions, resolve, reject }: Batch<Question, Answer>): Promise<void> {
    try {
      const answers = await this.#call(questions)
      if (answers.length !== questions.length)
        throw new Error(`A call for ${questions.length} keys brought ${answers.length} answers`)
      resolve(answers)
    } catch (error) {
      reject(error)
    }
  }
}
