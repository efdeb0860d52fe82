import {
  AliasNode,
  ColumnNode,
  ExpressionWrapper,
  IdentifierNode,
  ReferenceNode,
  SelectAllNode,
  type Expression,
  type OperationNode,
  type OrderByItemNode,
  type SelectQueryNode,
} from 'kysely'
import type { AnyQuery } from './relation.ts'

/** The names of the columns that a query returns; `undefined` where `select *` or an expression hides some. */
export function columnNames(query: AnyQuery): string[] | undefined {
  const names = selected(query).map(nameOf)
  return names.every((name) => name !== undefined) ? names : undefined
}

/** What a query computes for one of the columns that it returns; `undefined` where `select *` hides it. */
export function columnExpression(query: AnyQuery, name: string): Expression<unknown> | undefined {
  const found = selected(query).find((node) => nameOf(node) === name)
  if (found === undefined) return undefined
  return new ExpressionWrapper(AliasNode.is(found) ? found.node : found)
}

/** The name under which a query returns a column; `undefined` where it does not, or where that is hard to tell. */
export function nameOfColumn(query: AnyQuery, reference: string): string | undefined {
  const { from, joins } = query.toOperationNode() as SelectQueryNode
  // in a single table, names with and without the table's mean the same
  if (from?.froms.length !== 1 || joins !== undefined) return undefined
  const name = reference.split('.').at(-1)
  const found = selected(query).find((node) => {
    const column = AliasNode.is(node) ? node.node : node
    return ReferenceNode.is(column) && nameOf(column) === name
  })
  return found && nameOf(found)
}

/** The items of a query's order by, free of the names that only the order by may use. */
export function orderItems(query: AnyQuery): Expression<unknown>[] {
  const { orderBy } = query.toOperationNode() as SelectQueryNode
  return (orderBy?.items ?? []).map((item) => {
    const { orderBy: by } = item
    const name = ReferenceNode.is(by) && by.table === undefined ? nameOf(by) : undefined
    const aliased = name === undefined ? undefined : selected(query).find((node) => isAlias(node, name))
    if (aliased === undefined) return new ExpressionWrapper(item)
    return new ExpressionWrapper({ ...item, orderBy: aliased.node } as OrderByItemNode)
  })
}

function selected(query: AnyQuery): OperationNode[] {
  const { selections } = query.toOperationNode() as SelectQueryNode
  return (selections ?? []).map(({ selection }) => selection)
}

function isAlias(node: OperationNode, name: string): node is AliasNode {
  return AliasNode.is(node) && nameOf(node) === name
}

function nameOf(node: OperationNode): string | undefined {
  if (AliasNode.is(node)) return IdentifierNode.is(node.alias) ? node.alias.name : undefined
  if (ReferenceNode.is(node)) return SelectAllNode.is(node.column) ? undefined : nameOf(node.column)
  return ColumnNode.is(node) ? node.column.name : undefined
}
