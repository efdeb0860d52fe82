/**
 * What others say of a response's security: the MDN HTTP Observatory, csp_evaluator, and a real browser.
 *
 * @module scorers
 */
export { type CspFinding, cspFindings, mediumMaybe } from './csp-findings.ts'
export {
  maximumWithoutPreload,
  type ObservatoryResult,
  type ObservatoryScore,
  observatoryScore,
  type ScoredPage,
} from './observatory-score.ts'
export { type Certificate, selfSignedCertificate } from '@seawall/services'
export { startChromium } from './start-chromium.ts'
