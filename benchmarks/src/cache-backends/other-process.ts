import { answerQuestions } from '../answer-questions.ts'
import { openCache, type BackendName } from './open-cache.ts'

const answers = {
  /** What this process finds under a key. */
  async find({ backend, url, key }: { backend: BackendName; url: string; key: string }): Promise<unknown> {
    const { cache, end } = await openCache(backend, url)
    try {
      return await cache.get(key)
    } finally {
      await end()
    }
  },
}

/** What another process may be asked. */
export type OtherProcessAnswers = typeof answers

answerQuestions(answers)
