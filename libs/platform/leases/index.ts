export { byLease, isHeld, type LeaseTerm } from './by-lease';
export { bySessionLock, type SessionLockTerm, trySessionLock } from './by-session-lock';
export { Leader } from './leader';
export { isHeldSql, LEASE_AHEAD_MS_MAX, leaseAheadSql } from './lease';
