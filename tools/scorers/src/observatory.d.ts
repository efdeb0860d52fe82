interface Hop {
  readonly url: URL
  readonly status: number
}

interface Output {
  readonly result: string | null
  readonly constructor: { readonly name: string }
}

export declare class Requests {
  constructor(hostname: string)
  session: Session | null
  readonly resources: { path: string | null }
  readonly responses: {
    auto: object | null
    cors: object | null
    http: object | null
    https: object | null
    httpRedirects: readonly Hop[]
  }
}

export declare class Session {
  constructor(url: URL)
  readonly jar: { setCookieSync(line: string, url: string): unknown }
}

export declare const ALGORITHM_VERSION: number
export declare const ALL_TESTS: readonly ((requests: Requests) => Output)[]
export declare const MINIMUM_SCORE_FOR_EXTRA_CREDIT: number
export declare function getGradeForScore(score: number): { readonly score: number; readonly grade: string }
export declare function getScoreDescription(result: string): string
export declare function getScoreModifier(result: string): number
export declare function hsts(): unknown
export declare function parseHttpEquivHeaders(html: string, baseUrl: string): Map<string, string[]>
