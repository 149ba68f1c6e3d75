import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** What each agent measured at a target per hour, from which baselines are computed. */
export class ProbingPairHours1790000131000 implements MigrationInterface {
  readonly down = refuseDown;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE pair_hour (
        hour timestamptz NOT NULL,
        target_key integer NOT NULL,
        check_no smallint NOT NULL,
        shard smallint NOT NULL,
        body bytea NOT NULL
      )`);
    await runner.query(
      `SELECT create_hypertable('pair_hour', 'hour', chunk_time_interval => interval '1 day', create_default_indexes => false)`,
    );
    await runner.query('CREATE INDEX pair_hour_shard ON pair_hour (shard, hour)');
    // The hours that are computed already, so that baselines are known soon after an upgrade.
    await runner.query(`
      INSERT INTO rollup_dirty (relation, bucket)
      SELECT 'pair_hour', hour FROM rollup_progress,
        generate_series(rolled_until - interval '24 hours', rolled_until - interval '1 hour', interval '1 hour') hour
      WHERE relation = 'probe_hourly' AND rolled_until IS NOT NULL`);
  }
}
