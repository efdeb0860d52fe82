import { guard } from '@seawall/guard/express'
import { allowedHosts, clearSiteData, httpsRedirect, secureCookies } from '@seawall/security-headers'
import type { Express, RequestHandler } from 'express'

export { allowedHosts, clearSiteData, guard, httpsRedirect, secureCookies }
export declare const app: Express
export declare const logout: RequestHandler
