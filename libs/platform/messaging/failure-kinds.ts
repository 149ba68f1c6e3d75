import { isTransient } from '@icmp-mon/platform/database';
import { DependencyUnavailable } from '@icmp-mon/platform/errors';
import { PoisonError, RetriableError } from './messaging-errors';

/** SQLSTATE classes that tell of the data: a value out of range, a broken constraint, a function that refused. */
const DATA_CLASSES = new Set(['22', '23', 'P0']);
/** A value that is none of its type (class 22: out of range, a NUL in a text), a column that may not be null, a broken check. */
const POISON_STATE = /^(22...|23502|23514)$/;
const SQLSTATE = /^[0-9A-Z]{5}$/;

/**
 * True when the same messages may succeed later: a dependency is away, or the database itself is in trouble (disk full,
 * a table missing, no permission), which no dead letter would mend.
 */
export function mayPass(error: unknown): boolean {
  if (error instanceof RetriableError || error instanceof DependencyUnavailable || isTransient(error)) return true;
  const state = sqlStateOf(error);
  return state !== null && !DATA_CLASSES.has(state.slice(0, 2));
}

/** True when the messages themselves are at fault, so that each further attempt fails in the same way. */
export function isPoison(error: unknown): boolean {
  return error instanceof PoisonError || POISON_STATE.test(sqlStateOf(error) ?? '');
}

function sqlStateOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ('code' in error && typeof error.code === 'string' && SQLSTATE.test(error.code)) return error.code;
  return sqlStateOf('driverError' in error ? error.driverError : error.cause);
}
