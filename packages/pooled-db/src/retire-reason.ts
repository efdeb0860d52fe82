/** Why a connection was retired. */
export type RetireReason = 'idle' | 'lifetime' | 'lost' | 'error' | 'silent' | 'unclean' | 'asked' | 'reset' | 'closed'
