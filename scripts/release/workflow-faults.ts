import { createRequire } from 'node:module'

interface Step {
  readonly run?: string
  readonly uses?: string
}

interface Job {
  readonly 'timeout-minutes'?: number
  readonly permissions?: Readonly<Record<string, string>>
  readonly steps?: readonly Step[]
}

/** What is read of a workflow. */
interface Workflow {
  readonly name?: string
  readonly on?: unknown
  readonly permissions?: Readonly<Record<string, string>>
  readonly concurrency?: unknown
  readonly jobs?: Readonly<Record<string, Job>>
}

// typedoc brings the parser
const loadOfTypedoc = createRequire(createRequire(import.meta.url).resolve('typedoc'))
const { parse } = loadOfTypedoc('yaml') as { readonly parse: (text: string) => unknown }

/** What is wrong with a workflow, as far as can be told without running it. */
export function workflowFaults(file: string, text: string, scripts: Readonly<Record<string, string>>): string[] {
  let workflow: Workflow
  try {
    workflow = parse(text) as Workflow
  } catch (error) {
    return [`${file} is no YAML: ${error instanceof Error ? error.message : String(error)}`]
  }
  const { name, on, permissions, concurrency, jobs = {} } = workflow
  const missing = Object.entries({ name, on, permissions, concurrency })
    .filter(([, value]) => value === undefined)
    .map(([key]) => `${file} has no ${key}`)
  const writes = Object.entries(permissions ?? {}).filter(([, access]) => access === 'write')
  return [
    ...missing,
    ...writes.map(([what]) => `${file} lets every job write ${what}`),
    ...Object.entries(jobs).flatMap(([job, body]) => jobFaults(`${file}, ${job}`, body, scripts)),
  ]
}

function jobFaults(where: string, job: Job, scripts: Readonly<Record<string, string>>): string[] {
  const { steps = [], 'timeout-minutes': timeout } = job
  const untimed = timeout === undefined ? [`${where} has no timeout`] : []
  const empty = steps.length === 0 ? [`${where} has no steps`] : []
  return [...untimed, ...empty, ...steps.flatMap((step) => stepFaults(where, step, scripts))]
}

function stepFaults(where: string, { run, uses }: Step, scripts: Readonly<Record<string, string>>): string[] {
  if (uses !== undefined)
    return /^[\w.-]+\/[\w./-]+@(?:v\d+|[\da-f]{40})$/.test(uses) ? [] : [`${where} uses ${uses}, which has no version`]
  if (run === undefined) return [`${where} has a step that does nothing`]
  // what comes from a request must come through the environment: here it would be code
  const inserted = /\$\{\{\s*github\.(?:event|head_ref)/.test(run) ? [`${where} runs what a request says: ${run}`] : []
  const called = [...run.matchAll(/\bnpm (?:run )?(?!ci\b|install\b)([\w:-]+)/g)].map(([, script = '']) => script)
  const unknown = called.filter((script) => scripts[script] === undefined)
  return [...inserted, ...unknown.map((script) => `${where} calls npm run ${script}, which there is not`)]
}

/** Whether a workflow publishes with a statement of provenance: npm wants an identity of the job for it. */
export function publishesWithProvenance(text: string): boolean {
  const { jobs = {} } = parse(text) as Workflow
  const publishing = Object.values(jobs).filter(({ permissions }) => permissions?.['id-token'] === 'write')
  return publishing.length === 1 && JSON.stringify(publishing).includes('"NPM_CONFIG_PROVENANCE":true')
}
