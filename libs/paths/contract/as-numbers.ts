/** Stream of the operator's file of AS numbers: `asnumbers-installation`. Not relayed: the API reads the table. */
export const AS_NUMBERS_STREAM = 'asnumbers';
/** Id of the only aggregate of the category. */
export const AS_NUMBERS_ID = 'installation';

/** A file replaced the AS numbers. `importId` identifies its rows. */
interface AsNumbersImported {
  type: 'AsNumbersImported';
  data: { importId: string; lines: number; prefixes: number };
}

interface AsNumbersRemoved {
  type: 'AsNumbersRemoved';
  data: Record<string, never>;
}

export type AsNumbersEvent = AsNumbersImported | AsNumbersRemoved;

/** The operator's file of AS numbers. */
export interface AsNumbersFile {
  /** Lines with a prefix or range that has an AS number. */
  lines: number;
  /** A range becomes one or several prefixes. 0: there are no AS numbers. */
  prefixes: number;
  /** Null until a file was first imported. */
  changedAt: string | null;
  /** The import that runs, with the lines that are stored so far; null if none does. */
  running: { startedAt: string; lines: number } | null;
  /** 0 until a file was first imported. */
  version: number;
}

export const AS_NUMBERS_TYPE = 'text/plain';

export const AS_NUMBERS_LIMITS = {
  bytes: 268_435_456,
  lines: 2_000_000,
  /** Also limits ranges that become very many prefixes. */
  prefixes: 3_000_000,
  lineLength: 1_000,
  nameLength: 200,
  /** Faulty lines that an answer lists. */
  faultsShown: 20,
} as const;
