import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { BoundedClient } from './bounded-client';
import {
  CONNECT_TIMEOUT_MS,
  IDLE_IN_TRANSACTION_TIMEOUT_MS,
  statementBounds,
  typeParsers,
} from './connection-settings';
import { asDatabaseError } from './database-errors';
import type { DatabaseOptions, Row, Sql, Transactor } from './sql';

const NAME = 'telemetry database';

/** Shards, checkpoints, status changes and series. Uses the driver directly, because all results pass through this pool. */
@Injectable()
export class TelemetryDatabase implements Sql, Transactor, OnApplicationShutdown {
  readonly pool: pg.Pool;

  constructor(readonly options: DatabaseOptions) {
    this.pool = new pg.Pool({
      Client: BoundedClient,
      connectionString: options.url,
      application_name: options.applicationName,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      max: options.poolMax ?? 10,
      types: typeParsers,
      keepAlive: true,
      ...statementBounds(options, 60_000),
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    });
    // The pool replaces an idle connection that fails; without a listener the error would end the process.
    this.pool.on('error', (error) => {
      this.lastIdleError = error;
    });
  }

  /** Last error of an idle connection, for the readiness report. */
  lastIdleError: Error | null = null;

  async query<T extends object = Row>(text: string, params: unknown[] = []): Promise<T[]> {
    try {
      return (await this.pool.query(text, params)).rows as T[];
    } catch (error) {
      throw asDatabaseError(error, NAME);
    }
  }

  async execute(text: string, params: unknown[] = []): Promise<number> {
    try {
      return (await this.pool.query(text, params)).rowCount ?? 0;
    } catch (error) {
      throw asDatabaseError(error, NAME);
    }
  }

  async transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.withClient(async (client) => {
      await client.query('BEGIN');
      const result = await work(sqlOf(client));
      await client.query('COMMIT');
      return result;
    });
  }

  /**
   * Lends one connection for work that needs the driver itself (COPY). If the work throws, the connection is rolled back; if that fails too,
   * it is discarded.
   */
  async withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    let client: pg.PoolClient;
    try {
      client = await this.pool.connect();
    } catch (error) {
      throw asDatabaseError(error, NAME);
    }
    let broken: Error | undefined;
    // A connection that fails between two statements reports it as an event.
    const onError = (error: Error): void => {
      broken = error;
    };
    client.on('error', onError);
    try {
      return await work(client);
    } catch (error) {
      broken ??= await rollback(client);
      throw asDatabaseError(error, NAME);
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  }

  async close(): Promise<void> {
    if (!this.pool.ended) await this.pool.end();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }
}

/** Rolls back. Returns the reason why the connection cannot be used again, or undefined if it can. */
async function rollback(client: pg.PoolClient): Promise<Error | undefined> {
  try {
    await client.query('ROLLBACK');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function sqlOf(client: pg.PoolClient): Sql {
  return {
    async query<T extends object = Row>(text: string, params: unknown[] = []): Promise<T[]> {
      return (await client.query(text, params)).rows as T[];
    },
    async execute(text: string, params: unknown[] = []): Promise<number> {
      return (await client.query(text, params)).rowCount ?? 0;
    },
  };
}
