export type Row = Record<string, unknown>;

/** Plain SQL on one database. Parameters are `$1…`; int8 is returned as a number. */
export interface Sql {
  query<T extends object = Row>(text: string, params?: unknown[]): Promise<T[]>;
  /** Runs a statement. Returns the number of affected rows. */
  execute(text: string, params?: unknown[]): Promise<number>;
}

/** Runs `work` in one READ COMMITTED transaction: committed when it resolves, rolled back when it throws. */
export interface Transactor {
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
}

export interface DatabaseOptions {
  url: string;
  poolMax?: number;
  /** Statement timeout on the server; 0 disables it. */
  statementTimeoutMs?: number;
  /**
   * A connection that does not answer a statement within this is closed, for a server that is frozen or unreachable. Default:
   * `statementTimeoutMs` and a grace period.
   */
  queryTimeoutMs?: number;
  /** Shown in pg_stat_activity. */
  applicationName?: string;
}
