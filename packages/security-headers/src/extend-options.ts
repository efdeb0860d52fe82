import { checkSecurityHeadersOptions, modernNames, type OlderName, type SecurityHeadersOptions } from './options.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * Options with others laid over them, header by header: `false` takes a header out, `true` keeps it, an object is laid
 * over it field by field; of a Content-Security-Policy directive by directive, in either spelling. Several policies
 * replace the one.
 *
 * @throws TypeError or RangeError for an option that is unknown or wrong.
 */
export function extendOptions(
  preset: SecurityHeadersOptions,
  overrides: SecurityHeadersOptions,
): SecurityHeadersOptions {
  checkSecurityHeadersOptions(overrides)
  const extended: Record<string, unknown> = { ...preset }
  for (const [given, value] of Object.entries(overrides)) {
    if (value === undefined) continue
    const name = nameOf(given, overrides)
    extended[name] = extendHeader(name, extended[name], value)
  }
  return extended
}

/** A preset knows the modern names alone. Who gives both is to hear of it from helmet. */
function nameOf(given: string, overrides: SecurityHeadersOptions): string {
  const modern = Object.hasOwn(modernNames, given) ? modernNames[given as OlderName] : undefined
  return modern === undefined || overrides[modern] !== undefined ? given : modern
}

function extendHeader(name: string, before: unknown, value: unknown): unknown {
  if (!isFields(before)) return value
  if (value === true) return before
  if (!isFields(value)) return value
  if (name === 'contentSecurityPolicy') return extendPolicy(before, value)
  return extendFields(before, name === 'permissionsPolicy' ? withDashes(value) : value)
}

function extendPolicy(before: Fields, value: Fields): Fields {
  const { directives, ...rest } = value
  const extended = extendFields(before, rest)
  if (directives === undefined) return extended
  return { ...extended, directives: extendFields(before['directives'] as Fields, withDashes(directives as Fields)) }
}

function extendFields(before: Fields, value: Fields): Fields {
  return { ...before, ...Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) }
}

/**
 * The names as presets write them.
 *
 * @throws RangeError for a name that is given in both spellings, of which one would be lost.
 */
function withDashes(fields: Fields): Fields {
  const dashed = new Map<string, unknown>()
  for (const [name, value] of Object.entries(fields)) {
    const dashedName = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    if (dashed.has(dashedName)) throw new RangeError(`Cannot extend a preset as '${dashedName}' is given twice`)
    dashed.set(dashedName, value)
  }
  return Object.fromEntries(dashed)
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
