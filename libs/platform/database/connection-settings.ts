import pg from 'pg';

const INT8_OID = 20;

/** Timeout for getting a connection. After it, the outage is reported to the caller. */
export const CONNECT_TIMEOUT_MS = 5_000;
/** Time that the server has after its statement timeout to report the timeout. */
const ANSWER_GRACE_MS = 5_000;
/** Timeouts for databases that HTTP requests wait for: the server's timeout comes first, and a frozen server is reported within 5 s. */
export const REQUEST_TIMEOUTS = { statementTimeoutMs: 4_000, queryTimeoutMs: 4_500 } as const;
/** A suspended process must not hold its locks forever: the event store's fence waits for open appends. */
export const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;

/** Type parsers of a pool: int8 as number, because all our values stay below 2^53. */
export const typeParsers: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: string) {
    if (oid === INT8_OID && format !== 'binary') return Number;
    return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid, 'text');
  },
};

interface Timeouts {
  statementTimeoutMs?: number;
  queryTimeoutMs?: number;
}

/** Returns the driver's settings that limit a statement, on the server and in this process; 0 disables a limit. */
export function statementBounds(
  options: Timeouts,
  statementTimeoutMsDefault: number,
): { statement_timeout: number; query_timeout: number } {
  const { statementTimeoutMs = statementTimeoutMsDefault } = options;
  const { queryTimeoutMs = statementTimeoutMs === 0 ? 0 : statementTimeoutMs + ANSWER_GRACE_MS } = options;
  return { statement_timeout: statementTimeoutMs, query_timeout: queryTimeoutMs };
}
