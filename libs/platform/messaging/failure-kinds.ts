import { isTransient } from '@icmp-mon/platform/database';
import { DependencyUnavailable } from '@icmp-mon/platform/errors';
import { PoisonError, RetriableError } from './messaging-errors';

/** SQLSTATE classes caused by the data: 22 data exception, 23 constraint violation, P0 raised by a PL/pgSQL function. */
const DATA_CLASSES = new Set(['22', '23', 'P0']);
/** SQLSTATEs that fail again on every attempt: class 22 (out of range, NUL in a text), not-null violation, check violation. */
const POISON_STATE = /^(22...|23502|23514)$/;
const SQLSTATE = /^[0-9A-Z]{5}$/;

/**
 * Returns true for a transient failure, after which the same messages may succeed: a dependency is unavailable, or the database has a
 * problem of its own (disk full, missing table, missing permission), which dead-lettering the messages would not fix.
 */
export function mayPass(error: unknown): boolean {
  if (error instanceof RetriableError || error instanceof DependencyUnavailable || isTransient(error)) return true;
  const state = sqlStateOf(error);
  return state !== null && !DATA_CLASSES.has(state.slice(0, 2));
}

/** Returns true when the messages themselves cause the failure, so that every further attempt fails in the same way. */
export function isPoison(error: unknown): boolean {
  return error instanceof PoisonError || POISON_STATE.test(sqlStateOf(error) ?? '');
}

function sqlStateOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ('code' in error && typeof error.code === 'string' && SQLSTATE.test(error.code)) return error.code;
  return sqlStateOf('driverError' in error ? error.driverError : error.cause);
}
