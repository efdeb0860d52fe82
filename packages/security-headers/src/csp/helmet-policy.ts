import type { IncomingMessage, ServerResponse } from 'node:http'
import { contentSecurityPolicy } from 'helmet'
import type { ContentSecurityPolicyOptions } from './csp-options.ts'
import { dangerouslyDisableDefaultSrc, type CspDirectives } from './directives.ts'
import type { Policy, Source } from './policy.ts'
import { toDirectiveName, toSources } from './sources.ts'

/** A directive as helmet takes it. */
type HelmetValue = string[] | null | typeof dangerouslyDisableDefaultSrc

/** Begins what stands for a nonce or a function in helmet's text; checked text cannot hold it. */
const slot = '\0'

/**
 * The policy that helmet makes of options: its defaults, its order, its errors.
 *
 * @param option - What is being set, for errors.
 * @throws TypeError or RangeError for a directive that is unknown or has a bad value.
 * @throws An Error of helmet's for a policy that helmet refuses.
 */
export function helmetPolicy(option: string, options: ContentSecurityPolicyOptions): Policy {
  const { useDefaults, directives = {} } = options
  const slots: Source[] = []
  const given = toHelmetDirectives(option, directives, slots)
  const text = helmetText({ ...(useDefaults === undefined ? {} : { useDefaults }), directives: given })
  return text.split(';').map((directive) => {
    const [name = '', ...words] = directive.split(' ')
    return { name, sources: words.map((word) => (word.startsWith(slot) ? (slots[Number(word.slice(1))] ?? '') : word)) }
  })
}

function toHelmetDirectives(option: string, directives: CspDirectives, slots: Source[]): Record<string, HelmetValue> {
  const checked: [string, HelmetValue][] = []
  for (const [name, value] of Object.entries<unknown>(directives)) {
    const sources = toSources(toDirectiveName(option, name), value)
    if (sources === null || sources === dangerouslyDisableDefaultSrc) checked.push([name, sources as HelmetValue])
    else checked.push([name, (sources as readonly Source[]).map((one) => toHelmetText(one, slots))])
  }
  return Object.fromEntries(checked)
}

function toHelmetText(source: Source, slots: Source[]): string {
  return typeof source === 'string' ? source : `${slot}${slots.push(source) - 1}`
}

type HelmetOptions = NonNullable<Parameters<typeof contentSecurityPolicy>[0]>

function helmetText(options: object): string {
  let text = ''
  const response = { setHeader: (_name: string, value: string) => (text = value) }
  const middleware = contentSecurityPolicy(options as HelmetOptions)
  middleware({} as IncomingMessage, response as unknown as ServerResponse, (error) => {
    if (error instanceof Error) throw error
  })
  return text
}
