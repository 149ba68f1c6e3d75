export type Row = Record<string, unknown>;

/** Plain SQL against one database; parameters are `$1…`, int8 comes back as a number. */
export interface Sql {
  query<T extends object = Row>(text: string, params?: unknown[]): Promise<T[]>;
  /** Runs a statement and returns how many rows it touched. */
  execute(text: string, params?: unknown[]): Promise<number>;
}

/** Runs `work` in one READ COMMITTED transaction: committed when it resolves, rolled back when it throws. */
export interface Transactor {
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
}

export interface DatabaseOptions {
  url: string;
  poolMax?: number;
  /** 0 switches the limit off. */
  statementTimeoutMs?: number;
  /**
   * How long to wait for the answer of one statement before the connection is given up, for a server that is frozen or
   * cut off; a little more than `statementTimeoutMs` unless said.
   */
  queryTimeoutMs?: number;
  /** Shown in pg_stat_activity. */
  applicationName?: string;
}
