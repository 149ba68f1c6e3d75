import pg from 'pg';

const INT8_OID = 20;

/** Waiting longer for a connection than this is an outage, told to the caller. */
export const CONNECT_TIMEOUT_MS = 5_000;
/** What the server may need beyond its statement timeout to say that it is over. */
const ANSWER_GRACE_MS = 5_000;
/** For databases that requests wait for: the server gives up first, and a frozen one is told to the caller within 5 s. */
export const REQUEST_TIMEOUTS = { statementTimeoutMs: 4_000, queryTimeoutMs: 4_500 } as const;
/** A stopped process must not hold its locks for ever: the event store's fence waits for open appends. */
export const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;

/** Type parsers of a pool: int8 as number, because all of ours stay below 2^53. */
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

/** The driver's settings that bound a statement, by the server's clock and by ours; 0 switches a bound off. */
export function statementBounds(
  options: Timeouts,
  statementTimeoutMsDefault: number,
): { statement_timeout: number; query_timeout: number } {
  const { statementTimeoutMs = statementTimeoutMsDefault } = options;
  const { queryTimeoutMs = statementTimeoutMs === 0 ? 0 : statementTimeoutMs + ANSWER_GRACE_MS } = options;
  return { statement_timeout: statementTimeoutMs, query_timeout: queryTimeoutMs };
}
