import type { Client } from 'pg'

/** What a session must be for the pool to keep it, as libpq's `target_session_attrs` names it. */
export type SessionTarget = 'any' | 'read-write' | 'read-only' | 'primary' | 'standby' | 'prefer-standby'

/** Every {@link SessionTarget}. */
export const sessionTargets: readonly SessionTarget[] = [
  'any',
  'read-write',
  'read-only',
  'primary',
  'standby',
  'prefer-standby',
]

/** What a server says of a session. */
export interface SessionFacts {
  /** It replays another server's log, and takes no writes. */
  readonly isStandby: boolean
  /** It takes no writes. */
  readonly isReadOnly: boolean
}

/** Listens to what the server tells at the login; the function returned asks for what it did not tell. */
export function watchSession(client: Client): () => Promise<SessionFacts> {
  const told = new Map<string, string>()
  const { connection } = client as unknown as { connection: NodeJS.EventEmitter }
  connection.on('parameterStatus', ({ parameterName, parameterValue }: Record<string, string>) => {
    if (parameterName !== undefined && parameterValue !== undefined) told.set(parameterName, parameterValue)
  })
  return async () => {
    const standby = told.get('in_hot_standby')
    const readOnly = told.get('default_transaction_read_only')
    if (standby === undefined || readOnly === undefined) return ask(client)
    return { isStandby: standby === 'on', isReadOnly: standby === 'on' || readOnly === 'on' }
  }
}

/** Servers before PostgreSQL 14, and poolers between, tell nothing by themselves. */
async function ask(client: Client): Promise<SessionFacts> {
  const text = `select pg_is_in_recovery() as standby, current_setting('transaction_read_only') = 'on' as readonly`
  const { rows } = await client.query<{ standby: boolean; readonly: boolean }>(text)
  const { standby = false, readonly = false } = rows[0] ?? {}
  return { isStandby: standby, isReadOnly: standby || readonly }
}

/** Whether a session is what is wanted. */
export function isWanted(target: SessionTarget, { isStandby, isReadOnly }: SessionFacts): boolean {
  switch (target) {
    case 'any':
      return true
    case 'read-write':
      return !isReadOnly
    case 'read-only':
      return isReadOnly
    case 'primary':
      return !isStandby
    case 'standby':
    case 'prefer-standby':
      return isStandby
  }
}

/** Whether writes are wanted of what is asked for. */
export function takesWrites(target: SessionTarget): boolean {
  return target === 'any' || target === 'read-write' || target === 'primary'
}
