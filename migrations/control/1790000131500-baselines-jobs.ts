import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** The calculation of baselines by shard, and requests to calculate again. */
export class BaselinesJobs1790000131500 implements MigrationInterface {
  readonly down = refuseDown;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE baseline_shard (
        shard smallint PRIMARY KEY,
        -- Number of the last run; it grows also after a restore of the database, because it is at least the time in seconds.
        run bigint NOT NULL DEFAULT 0,
        -- Start of the latest pair hour, when a run is to include it, and of the one that the last finished run included.
        due_hour timestamptz,
        due_at timestamptz,
        hour timestamptz,
        -- Set while a worker calculates; renewed by its progress.
        claimed_at timestamptz,
        finished_at timestamptz,
        took_ms integer,
        pairs integer NOT NULL DEFAULT 0,
        of_region integer NOT NULL DEFAULT 0
      )`);
    await runner.query(`
      CREATE TABLE baseline_job (
        id uuid PRIMARY KEY,
        -- Keys of the targets whose former baselines are forgotten; empty: of all targets; null: of none.
        forget integer[],
        scope jsonb NOT NULL,
        requested_by text NOT NULL,
        correlation_id text NOT NULL,
        requested_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz
      )`);
    await runner.query('CREATE INDEX baseline_job_unfinished ON baseline_job (requested_at) WHERE finished_at IS NULL');
    await runner.query(`
      CREATE TABLE baseline_job_shard (
        job_id uuid NOT NULL REFERENCES baseline_job ON DELETE CASCADE,
        shard smallint NOT NULL,
        state text NOT NULL DEFAULT 'queued',
        pairs integer NOT NULL DEFAULT 0,
        PRIMARY KEY (job_id, shard)
      )`);
    await runner.query(
      `CREATE INDEX baseline_job_shard_unfinished ON baseline_job_shard (shard) WHERE state <> 'done'`,
    );
  }
}
