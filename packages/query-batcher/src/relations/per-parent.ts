import { sql } from 'kysely'
import { limitedStatement } from './child-statement.ts'
import type { KeySource } from './key-source.ts'
import type { PerParent, RelationSource, RelationSpec } from './relation.ts'
import { rememberShape } from './shapes.ts'
import { run, type Statement } from './statement.ts'

/**
 * The statement of a relation with a limit. `lateral` is up to a hundred times faster where an index has the children
 * of each key in order, and as much slower where there is none, so the planner is asked once for every text.
 */
export async function perParentStatement(
  spec: RelationSpec,
  keys: KeySource,
  source: RelationSource,
): Promise<Statement> {
  const lateral = limitedStatement(spec, keys, 'lateral')
  if (spec.perParent === 'lateral' || isDistinct(spec)) return lateral
  const window = limitedStatement(spec, keys, 'window')
  if (spec.perParent === 'window') return window
  const { sql: text } = lateral.compile(source.db)
  const cheaper = await rememberShape(source.db, text, () => askPlanner(lateral, window, source))
  return cheaper === 'lateral' ? lateral : window
}

/** `row_number()` would make all rows differ. */
function isDistinct({ query }: RelationSpec): boolean {
  const { frontModifiers = [] } = query.toOperationNode() as { frontModifiers?: readonly { modifier?: string }[] }
  return frontModifiers.some(({ modifier }) => modifier === 'Distinct')
}

const branchCost = /^ {2}-> .*cost=[\d.]+\.\.([\d.]+)/

async function askPlanner(lateral: Statement, window: Statement, source: RelationSource): Promise<PerParent> {
  const question = sql`explain select 1 from ${lateral.nested} as l union all select 1 from ${window.nested} as w`
  const lines = await run(source, question.compile(source.db))
  const costs = lines.flatMap((line) => branchCost.exec(String(Object.values(line)[0]))?.slice(1) ?? []).map(Number)
  const [lateralCost = 0, windowCost = Infinity] = costs
  return lateralCost <= windowCost ? 'lateral' : 'window'
}
