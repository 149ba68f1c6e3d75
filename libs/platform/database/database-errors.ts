import { DependencyUnavailable, DomainError } from '@icmp-mon/platform/errors';

const UNIQUE_VIOLATION = '23505';
const LOCK_NOT_AVAILABLE = '55P03';
const STATEMENT_CANCELED = '57014';
const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** SQLSTATEs: statement timeout, admin shutdown, crash shutdown, starting up, database dropped, too many connections. */
const SERVER_AWAY = new Set([STATEMENT_CANCELED, '57P01', '57P02', '57P03', '57P04', '53300']);
/** SQLSTATEs: serialization failure, deadlock, lock not available. */
const CONTENTION = new Set(['40001', '40P01', LOCK_NOT_AVAILABLE]);
/** Messages of connection errors that pg and TypeORM report without a code. */
const CONNECTION_MESSAGES =
  /Connection terminated|Query read timeout|timeout exceeded when trying to connect|timeout expired|not queryable|Client was closed|Query runner already released/i;

interface Coded {
  code?: unknown;
  constraint?: unknown;
}

/** Returns the driver's error inside TypeORM's wrapper and other causes; null for a domain error. */
function driverError(error: unknown): (Error & Coded) | null {
  if (!(error instanceof Error) || error instanceof DomainError) return null;
  const wrapped = (error as { driverError?: unknown }).driverError ?? error.cause;
  return driverError(wrapped) ?? (error as Error & Coded);
}

function codeOf(error: unknown): string {
  const code = driverError(error)?.code;
  return typeof code === 'string' ? code : '';
}

/** Returns true if a unique constraint (any, or the given one) rejected a row. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (codeOf(error) !== UNIQUE_VIOLATION) return false;
  return constraint === undefined || driverError(error)?.constraint === constraint;
}

/** Returns true if the connection was lost or could not be opened. Whether a pending commit took effect is then unknown. */
export function isConnectionError(error: unknown): boolean {
  if (error instanceof DependencyUnavailable) return true;
  const inner = driverError(error);
  if (inner === null) return false;
  const code = codeOf(error);
  return (
    SOCKET_CODES.has(code) || SERVER_AWAY.has(code) || code.startsWith('08') || CONNECTION_MESSAGES.test(inner.message)
  );
}

/** Returns true if the server rejected a value as not valid for its type: out of range, NUL in a text (SQLSTATE class 22). */
export function isBadValue(error: unknown): boolean {
  return codeOf(error).startsWith('22');
}

/** Returns true if a lock was not granted within lock_timeout. */
export function isLockTimeout(error: unknown): boolean {
  return codeOf(error) === LOCK_NOT_AVAILABLE;
}

/** Returns true if the server cancelled a statement because of its timeout. Unlike after a lost connection, it certainly had no effect. */
export function isStatementTimeout(error: unknown): boolean {
  return codeOf(error instanceof DependencyUnavailable ? error.cause : error) === STATEMENT_CANCELED;
}

/** Returns true if a retry of the same work may succeed: connection lost, serialization failure, deadlock, shutdown. */
export function isTransient(error: unknown): boolean {
  return isConnectionError(error) || CONTENTION.has(codeOf(error));
}

/** Converts connection errors to DependencyUnavailable; returns every other error unchanged. */
export function asDatabaseError(error: unknown, dependency: string): unknown {
  if (error instanceof DependencyUnavailable || !isConnectionError(error)) return error;
  return new DependencyUnavailable(dependency, { cause: error });
}
