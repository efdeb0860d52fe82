/** Somebody who asks a question and is told once, by one of two methods. Neither throws. */
export interface Asker<Question, Answer> {
  readonly question: Question
  /** The answer, and when the question was sent and answered. `false`: there is more to do. */
  take(answer: Answer, sentAt: number, answeredAt: number): unknown
  /** The failure. There is more to do. */
  fail(error: unknown): void
  /** Called when there is more to do for this or another asker of the batch, in the async context in which this one asked. */
  resume?(): void
}

type Call<Question, Answer> = (questions: readonly Question[]) => Promise<readonly Answer[]>

const settled = Promise.resolve()

/** What was asked in one tick. */
class Batch<Question, Answer> {
  readonly questions: Question[] = []
  /** The keys of the questions: a call never has the same key twice. */
  readonly keys = new Set<unknown>()
  readonly #askers: Asker<Question, Answer>[] = []
  /** Resolves when somebody has more to do. Else nobody's reaction runs: what it costs is to be registered. */
  readonly #more: Promise<void>
  #goOn: () => void = () => undefined

  constructor() {
    this.#more = new Promise((resolve) => (this.#goOn = resolve))
  }

  add(asker: Asker<Question, Answer>): void {
    this.questions.push(asker.question)
    this.#askers.push(asker)
    if (asker.resume !== undefined) void this.#more.then(() => asker.resume?.())
  }

  /** Tells all in one go: were each to wait for a promise of the batch, each would cost as much again. */
  answer(answers: readonly Answer[], sentAt: number, answeredAt: number): void {
    const askers = this.#askers
    if (answers.length !== askers.length) {
      this.fail(new Error(`A call for ${askers.length} keys brought ${answers.length} answers`))
      return
    }
    let isAll = true
    for (let index = 0; index < askers.length; index++)
      if (askers[index]?.take(answers[index] as Answer, sentAt, answeredAt) === false) isAll = false
    if (!isAll) this.#goOn()
  }

  fail(error: unknown): void {
    for (const asker of this.#askers) asker.fail(error)
    this.#goOn()
  }
}

/** Gathers what is asked in one tick into one call. A single question waits no longer than the tick does. */
export class TickBatch<Question, Answer> {
  /** What is being asked in this tick. */
  #batch: Batch<Question, Answer> | undefined
  readonly #call: Call<Question, Answer>
  readonly #keyOf: (question: Question) => unknown
  readonly #maxSize: number
  readonly #now: () => number

  constructor(
    call: Call<Question, Answer>,
    keyOf: (question: Question) => unknown = (question) => question,
    maxSize = Infinity,
    now: () => number = () => performance.now(),
  ) {
    this.#call = call
    this.#keyOf = keyOf
    this.#maxSize = maxSize
    this.#now = now
  }

  ask(question: Question): Promise<Answer> {
    return new Promise((take, fail) => this.add({ question, take, fail }))
  }

  add(asker: Asker<Question, Answer>): void {
    const key = this.#keyOf(asker.question)
    let batch = this.#batch
    if (batch !== undefined && (batch.questions.length >= this.#maxSize || batch.keys.has(key))) {
      this.#send(batch)
      batch = undefined
    }
    batch ??= this.#open()
    batch.keys.add(key)
    batch.add(asker)
  }

  #open(): Batch<Question, Answer> {
    const batch = new Batch<Question, Answer>()
    this.#batch = batch
    // Behind the promises that are settled already: what they go on to ask belongs to this tick.
    void settled.then(() => process.nextTick(() => this.#send(batch)))
    return batch
  }

  #send(batch: Batch<Question, Answer>): void {
    // It was full, and is sent already.
    if (this.#batch !== batch) return
    this.#batch = undefined
    const sentAt = this.#now()
    this.#call(batch.questions).then(
      (answers) => batch.answer(answers, sentAt, this.#now()),
      (error: unknown) => batch.fail(error),
    )
  }
}
