import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

const POLL_MS = 20;

/** Waits on its own connection until all shards have folded the time before `watermarkMs`. @throws Error after the time limit */
export class FoldWatch {
  private constructor(private readonly client: pg.Client) {}

  static async open(telemetryUrl: string): Promise<FoldWatch> {
    const client = new pg.Client({ connectionString: telemetryUrl, connectionTimeoutMillis: 5_000 });
    // When the server is killed, the failing statement reports it.
    client.on('error', () => undefined);
    await client.connect();
    return new FoldWatch(client);
  }

  async waitUntilFolded(watermarkMs: number, shardCount: number, withinMs: number): Promise<void> {
    const deadlineMs = performance.now() + withinMs;
    for (;;) {
      const folded = await this.number('SELECT count(*) AS value FROM series_cut WHERE cut >= to_timestamp($1)', [
        watermarkMs / 1_000,
      ]);
      if (folded >= shardCount) return;
      if (performance.now() > deadlineMs) {
        throw new Error(`Only ${folded} of ${shardCount} shards have folded after ${Math.round(withinMs / 1_000)} s.`);
      }
      await pause(POLL_MS);
    }
  }

  /** Returns the number of results visible to readers in windows that begin in [fromMs, toMs). */
  visible(fromMs: number, toMs: number): Promise<number> {
    return this.number(
      `SELECT coalesce(sum(sent + not_sent), 0) AS value FROM probe_window
       WHERE window_start >= to_timestamp($1) AND window_start < to_timestamp($2)`,
      [fromMs / 1_000, toMs / 1_000],
    );
  }

  async number(sql: string, values: unknown[] = []): Promise<number> {
    const { rows } = await this.client.query<{ value: string }>(sql, values);
    return Number(rows[0].value);
  }

  async queryRows<T extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<T[]> {
    return (await this.client.query<T>(sql, values)).rows;
  }

  async runSql(sql: string): Promise<void> {
    await this.client.query(sql);
  }

  /** Waits until every shard has stored a checkpoint as well, so that the next measurement does not include it. */
  async waitUntilStored(sinceMs: number, shardCount: number): Promise<void> {
    const deadlineMs = performance.now() + 15_000;
    const sql = 'SELECT count(*) AS value FROM shard WHERE checkpoint_at >= to_timestamp($1)';
    while ((await this.number(sql, [sinceMs / 1_000])) < shardCount && performance.now() < deadlineMs) {
      await pause(5 * POLL_MS);
    }
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}
