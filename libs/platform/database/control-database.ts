import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource, type QueryRunner } from 'typeorm';
import { BoundedClient } from './bounded-client';
import {
  CONNECT_TIMEOUT_MS,
  IDLE_IN_TRANSACTION_TIMEOUT_MS,
  statementBounds,
  typeParsers,
} from './connection-settings';
import { asDatabaseError } from './database-errors';
import type { DatabaseOptions, Row, Sql, Transactor } from './sql';

const NAME = 'control database';

/** Event store, inventory, identity and assignment. Connects on first use, so an app can start while the database is unavailable. */
@Injectable()
export class ControlDatabase implements Sql, Transactor, OnApplicationShutdown {
  readonly dataSource: DataSource;
  private connecting: Promise<DataSource> | null = null;

  constructor(readonly options: DatabaseOptions) {
    this.dataSource = new DataSource({
      type: 'postgres',
      url: options.url,
      applicationName: options.applicationName,
      connectTimeoutMS: CONNECT_TIMEOUT_MS,
      poolSize: options.poolMax ?? 10,
      logging: false,
      installExtensions: false,
      extra: {
        Client: BoundedClient,
        types: typeParsers,
        keepAlive: true,
        ...statementBounds(options, 30_000),
        idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      },
    });
  }

  async query<T extends object = Row>(text: string, params: unknown[] = []): Promise<T[]> {
    return this.runWork((sql) => sql.query<T>(text, params));
  }

  async execute(text: string, params: unknown[] = []): Promise<number> {
    return this.runWork((sql) => sql.execute(text, params));
  }

  async transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    try {
      const source = await this.connected();
      return await source.transaction(async (manager) => {
        if (manager.queryRunner === undefined) throw new Error('TypeORM opened a transaction without a query runner.');
        return work(sqlOf(manager.queryRunner));
      });
    } catch (error) {
      throw asDatabaseError(error, NAME);
    }
  }

  async close(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }

  private async runWork<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    try {
      const runner = (await this.connected()).createQueryRunner();
      try {
        return await work(sqlOf(runner));
      } finally {
        await runner.release();
      }
    } catch (error) {
      throw asDatabaseError(error, NAME);
    }
  }

  private async connected(): Promise<DataSource> {
    if (this.dataSource.isInitialized) return this.dataSource;
    this.connecting ??= this.dataSource.initialize().finally(() => {
      this.connecting = null;
    });
    return this.connecting;
  }
}

function sqlOf(runner: QueryRunner): Sql {
  return {
    async query<T extends object = Row>(text: string, params: unknown[] = []): Promise<T[]> {
      const result = await runner.query(text, params, true);
      return result.records as T[];
    },
    async execute(text: string, params: unknown[] = []): Promise<number> {
      const result = await runner.query(text, params, true);
      return result.affected ?? 0;
    },
  };
}
