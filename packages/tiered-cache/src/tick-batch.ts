type Call<Question, Answer> = (questions: readonly Question[]) => Promise<readonly Answer[]>

const settled = Promise.resolve()

/** Runs a function at the end of the tick, behind the promises that are settled already: what they go on to ask belongs to it. */
export function atEndOfTick(run: () => void): void {
  void settled.then(() => process.nextTick(run))
}

/** Who waits for an answer. */
interface Asker<Answer> {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/** What was asked in one tick. */
interface Batch<Question, Answer> {
  readonly questions: Question[]
  /** The keys of the questions: a call never has the same key twice. */
  readonly keys: Set<unknown>
  readonly askers: Asker<Answer>[]
}

/** Gathers what is asked in one tick into one call. A single question waits no longer than the tick does. */
export class TickBatch<Question, Answer> {
  /** What is being asked in this tick. */
  #batch: Batch<Question, Answer> | undefined
  readonly #call: Call<Question, Answer>
  readonly #keyOf: (question: Question) => unknown
  readonly #maxSize: number

  constructor(
    call: Call<Question, Answer>,
    keyOf: (question: Question) => unknown = (question) => question,
    maxSize = Infinity,
  ) {
    this.#call = call
    this.#keyOf = keyOf
    this.#maxSize = maxSize
  }

  ask(question: Question): Promise<Answer> {
    const key = this.#keyOf(question)
    let batch = this.#batch
    if (batch !== undefined && (batch.questions.length >= this.#maxSize || batch.keys.has(key))) {
      this.#send(batch)
      batch = undefined
    }
    const open = batch ?? this.#open()
    open.keys.add(key)
    open.questions.push(question)
    return new Promise((resolve, reject) => open.askers.push({ resolve, reject }))
  }

  #open(): Batch<Question, Answer> {
    const batch: Batch<Question, Answer> = { questions: [], keys: new Set(), askers: [] }
    this.#batch = batch
    atEndOfTick(() => this.#send(batch))
    return batch
  }

  #send(batch: Batch<Question, Answer>): void {
    // It was full, and is sent already.
    if (this.#batch !== batch) return
    this.#batch = undefined
    const { questions, askers } = batch
    const fail = (error: unknown) => {
      for (const { reject } of askers) reject(error)
    }
    this.#call(questions).then((answers) => {
      if (answers.length === questions.length)
        for (const [index, { resolve }] of askers.entries()) resolve(answers[index] as Answer)
      else fail(new Error(`A call for ${questions.length} keys brought ${answers.length} answers`))
    }, fail)
  }
}
