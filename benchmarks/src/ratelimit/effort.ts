import type { Contest } from '../contest.ts'

/** How much is measured. */
export type Effort = Pick<Contest, 'launches' | 'rounds' | 'operations' | 'warmUp'>
