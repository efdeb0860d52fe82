// The parts of the MDN HTTP Observatory that scoring needs, without its server and database. It has no types: observatory.d.ts
// declares these.
export { hsts } from '@mdn/mdn-http-observatory/src/analyzer/hsts.js'
export { ALGORITHM_VERSION, ALL_TESTS } from '@mdn/mdn-http-observatory/src/constants.js'
export { MINIMUM_SCORE_FOR_EXTRA_CREDIT } from '@mdn/mdn-http-observatory/src/grader/charts.js'
export { getGradeForScore, getScoreDescription, getScoreModifier } from '@mdn/mdn-http-observatory/src/grader/grader.js'
export { Session } from '@mdn/mdn-http-observatory/src/retriever/session.js'
export { parseHttpEquivHeaders } from '@mdn/mdn-http-observatory/src/retriever/utils.js'
export { Requests } from '@mdn/mdn-http-observatory/src/types.js'
