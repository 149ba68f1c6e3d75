import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Times whose results a shard's log lost before they were stored: nothing is known of them, which is not the same as down. */
export class ShardNotMeasured1790000042000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE not_measured (
        shard smallint NOT NULL,
        from_at timestamptz NOT NULL,
        to_at timestamptz NOT NULL,
        reason text NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        CHECK (from_at <= to_at)
      )`);
    await runner.query('CREATE INDEX not_measured_shard_to_at ON not_measured (shard, to_at)');
  }

  down = refuseDown;
}
