import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Changes of the verdicts of pairs: one row per record, numbered without gaps by the shard, and up to where they are published. */
export class StatusPairChanges1790000130000 implements MigrationInterface {
  readonly down = refuseDown;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE pair_change (
        shard smallint NOT NULL,
        change_seq bigint NOT NULL,
        at timestamptz NOT NULL,
        pairs integer NOT NULL,
        body bytea NOT NULL,
        position bigint NOT NULL,
        PRIMARY KEY (shard, change_seq, at)
      )`);
    await runner.query(`SELECT create_hypertable('pair_change', 'at', chunk_time_interval => interval '3 days',
                                                 create_default_indexes => false)`);
    await runner.query('CREATE INDEX pair_change_at ON pair_change (at, shard, change_seq)');
    // Old records are dropped; the numbers continue.
    await runner.query(`
      CREATE TABLE pair_change_state (
        shard smallint PRIMARY KEY,
        last_seq bigint NOT NULL,
        chain bigint NOT NULL
      )`);
    await runner.query('CREATE TABLE pair_publication (shard smallint PRIMARY KEY, published_seq bigint NOT NULL)');
  }
}
