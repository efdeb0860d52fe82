import type { Guard } from '@seawall/guard'

/** While the process ends, tells clients to send their next request on another connection: this one closes. */
export function lastAnswers(isClosing: () => boolean): Guard {
  return {
    name: 'last-answers',
    onHead(_exchange, head) {
      if (isClosing()) head.set('connection', 'close')
    },
  }
}
