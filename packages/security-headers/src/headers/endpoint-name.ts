import type { Rule } from '@seawall/options'
import { isValidKeyStr } from 'structured-headers'

/** The name of an endpoint for reports. It is the key of a dictionary, and so a token as well (RFC 9651 §3.1.2, §3.3.4). */
export const endpointName: Rule = {
  must: `the name of an endpoint: a lower-case letter or *, then letters, digits and _-.*`,
  isType: (value) => typeof value === 'string',
  isInRange: (value) => isValidKeyStr(value as string),
}
