import type { OutgoingHttpHeaders } from 'node:http'
import { checkField } from './field.ts'
import type { Head, HeaderValue } from './guard.ts'
import type { Departing, GuardedResponse, WrittenHeaders } from './departing.ts'

/**
 * The headers of a response on which none were set before: what was given to `writeHead`, what guards have set, and the
 * constants, as one flat list `[name, value, …]` in lower case.
 */
export function mergeHeaders({ stack, fields }: Departing, written: WrittenHeaders | undefined): unknown[] {
  const own = flatten(written)
  if (stack.remove.size > 0) removeFields(own, stack.remove)
  if (fields) for (let index = 0; index < fields.length; index += 2) addMissing(own, fields, index)
  for (let index = 0; index < own.length; index += 2) {
    if (stack.names.has(own[index] as string)) return mergeOneByOne(own, stack.constants)
  }
  return stack.constants.length === 0 ? own : stack.constants.concat(own as string[])
}

function mergeOneByOne(own: unknown[], constants: readonly string[]): unknown[] {
  for (let index = 0; index < constants.length; index += 2) addMissing(own, constants, index)
  return own
}

function addMissing(own: unknown[], from: readonly HeaderValue[], at: number): void {
  const name = from[at] as string
  if (name === 'set-cookie' || indexOf(own, name) === -1) own.push(name, from[at + 1])
}

function flatten(written: WrittenHeaders | undefined): unknown[] {
  const own: unknown[] = []
  if (written === undefined || written === null) return own
  if (!Array.isArray(written)) {
    for (const name of Object.keys(written)) own.push(name.toLowerCase(), (written as OutgoingHttpHeaders)[name])
    return own
  }
  const flat: unknown[] = Array.isArray(written[0]) ? written.flat(1) : written
  for (let index = 0; index < flat.length; index += 2) own.push(String(flat[index]).toLowerCase(), flat[index + 1])
  return own
}

function indexOf(flat: readonly unknown[], name: string): number {
  for (let index = 0; index < flat.length; index += 2) if (flat[index] === name) return index
  return -1
}

function removeFields(flat: unknown[], names: ReadonlySet<string>): void {
  for (let index = flat.length - 2; index >= 0; index -= 2) if (names.has(flat[index] as string)) flat.splice(index, 2)
}

/** Removes headers that were set on a response: few are there, and many may be unwanted. */
export function removeHeaders(response: GuardedResponse, names: ReadonlySet<string>): void {
  if (names.size === 0) return
  for (const name of response.getHeaderNames()) if (names.has(name)) response.removeHeader(name)
}

function removeField(flat: unknown[], name: string): void {
  for (let index = indexOf(flat, name); index !== -1; index = indexOf(flat, name)) flat.splice(index, 2)
}

/** A head as a flat list. */
export class FlatHead implements Head {
  status: number
  readonly list: unknown[]

  constructor(status: number, list: unknown[]) {
    this.status = status
    this.list = list
  }

  get(lowerName: string): HeaderValue | undefined {
    const lines: string[] = []
    for (let index = 0; index < this.list.length; index += 2)
      if (this.list[index] === lowerName) lines.push(...[this.list[index + 1]].flat().map(String))
    return lines.length > 1 ? lines : lines[0]
  }

  set(lowerName: string, value: HeaderValue): void {
    checkField(lowerName, value)
    this.delete(lowerName)
    this.list.push(lowerName, value)
  }

  append(lowerName: string, value: string): void {
    checkField(lowerName, value)
    this.list.push(lowerName, value)
  }

  delete(lowerName: string): void {
    removeField(this.list, lowerName)
  }
}

/** A head on a response that keeps its headers itself: frameworks and wrappers have set some already. */
export class ResponseHead implements Head {
  status: number
  readonly #response: GuardedResponse

  constructor(status: number, response: GuardedResponse) {
    this.status = status
    this.#response = response
  }

  get(lowerName: string): HeaderValue | undefined {
    const value = this.#response.getHeader(lowerName)
    return typeof value === 'number' ? String(value) : value
  }

  set(lowerName: string, value: HeaderValue): void {
    checkField(lowerName, value)
    this.#response.setHeader(lowerName, value)
  }

  append(lowerName: string, value: string): void {
    checkField(lowerName, value)
    this.#response.setHeader(lowerName, [this.get(lowerName) ?? [], value].flat())
  }

  delete(lowerName: string): void {
    this.#response.removeHeader(lowerName)
  }
}

/** Puts written headers, guards' and constants on the response itself, as Node would: the written ones replace. */
export function setHeaders({ stack, fields, response }: Departing, written: WrittenHeaders | undefined): void {
  const own = flatten(written)
  const given = new Map<string, unknown>()
  for (let index = 0; index < own.length; index += 2) {
    const name = own[index] as string
    const before = Array.isArray(written) ? given.get(name) : undefined
    given.set(name, before === undefined ? own[index + 1] : [before, own[index + 1]].flat())
  }
  for (const [name, value] of given) response.setHeader(name, value as HeaderValue)
  removeHeaders(response, stack.remove)
  if (fields) for (let index = 0; index < fields.length; index += 2) setMissing(response, fields, index)
  for (let index = 0; index < stack.constants.length; index += 2) setMissing(response, stack.constants, index)
}

function setMissing(response: GuardedResponse, from: readonly HeaderValue[], at: number): void {
  const name = from[at] as string
  const value = from[at + 1] as HeaderValue
  if (!response.hasHeader(name)) response.setHeader(name, value)
  else if (name === 'set-cookie') response.setHeader(name, [response.getHeader(name) as HeaderValue, value].flat())
}
