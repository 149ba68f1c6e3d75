import pg from 'pg';

const INT8_OID = 20;

/** Waiting longer for a connection than this is an outage, told to the caller. */
export const CONNECT_TIMEOUT_MS = 5_000;
/** A stopped process must not hold its locks for ever: the event store's fence waits for open appends. */
export const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;

/** Type parsers of a pool: int8 as number, because all of ours stay below 2^53. */
export const typeParsers: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: string) {
    if (oid === INT8_OID && format !== 'binary') return Number;
    return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid, 'text');
  },
};
