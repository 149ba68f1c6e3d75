import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Baselines of pairs: the latest, their history, and shifts of their level. */
export class Baselines1790000131600 implements MigrationInterface {
  readonly down = refuseDown;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE baseline (
        target_key integer NOT NULL,
        check_no smallint NOT NULL,
        shard smallint NOT NULL,
        run bigint NOT NULL,
        computed_at timestamptz NOT NULL,
        body bytea NOT NULL,
        PRIMARY KEY (target_key, check_no)
      ) WITH (fillfactor = 70)`);
    await runner.query('CREATE INDEX baseline_of_shard ON baseline (shard)');
    await runner.query(`
      CREATE TABLE baseline_change (
        at timestamptz NOT NULL,
        target_key integer NOT NULL,
        check_no smallint NOT NULL,
        agent_id uuid NOT NULL,
        median_us integer NOT NULL,
        spread_us integer NOT NULL,
        loss_floor_ppm integer NOT NULL
      )`);
    await runner.query(
      `SELECT create_hypertable('baseline_change', 'at', chunk_time_interval => interval '30 days', create_default_indexes => false)`,
    );
    await runner.query(
      'CREATE UNIQUE INDEX baseline_change_pair ON baseline_change (target_key, check_no, agent_id, at)',
    );
    await runner.query(`
      CREATE TABLE baseline_shift (
        shift_seq bigint PRIMARY KEY,
        target_key integer NOT NULL,
        target_id uuid NOT NULL,
        check_no smallint NOT NULL,
        agent_id uuid NOT NULL,
        since timestamptz NOT NULL,
        adopted_at timestamptz NOT NULL,
        before_median_us integer NOT NULL,
        before_spread_us integer NOT NULL,
        after_median_us integer NOT NULL,
        after_spread_us integer NOT NULL,
        -- The change of the path at about the same time; null without one.
        path_change jsonb,
        UNIQUE (target_key, check_no, agent_id, since)
      )`);
    await runner.query('CREATE INDEX baseline_shift_adopted ON baseline_shift (adopted_at)');
    await runner.query(`
      CREATE TABLE baseline_shift_state (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        last_seq bigint NOT NULL DEFAULT 0,
        published_seq bigint NOT NULL DEFAULT 0
      )`);
    await runner.query('INSERT INTO baseline_shift_state DEFAULT VALUES');
  }
}
