import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

export class TargetsBulkJobs1790000071000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE bulk_job (
        id uuid PRIMARY KEY,
        -- Jobs run one at a time, in this order.
        seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
        kind text NOT NULL,
        state text NOT NULL DEFAULT 'queued',
        filter text,
        change jsonb,
        expand jsonb,
        requested_by text NOT NULL,
        correlation_id text NOT NULL,
        requested_at timestamptz NOT NULL DEFAULT now(),
        started_at timestamptz,
        progressed_at timestamptz,
        finished_at timestamptz,
        total integer NOT NULL DEFAULT 0,
        parts integer NOT NULL DEFAULT 0,
        -- Advances in the transaction of the part's events, so that each part takes effect once.
        next_part integer NOT NULL DEFAULT 0,
        changed integer NOT NULL DEFAULT 0,
        unchanged integer NOT NULL DEFAULT 0,
        skipped integer NOT NULL DEFAULT 0,
        failed integer NOT NULL DEFAULT 0,
        error text,
        CONSTRAINT bulk_job_seq_key UNIQUE (seq)
      )`);
    await runner.query(`CREATE INDEX bulk_job_unfinished ON bulk_job (seq) WHERE state IN ('queued', 'running')`);
    await runner.query(`
      CREATE TABLE bulk_job_part (
        job_id uuid NOT NULL REFERENCES bulk_job ON DELETE CASCADE,
        nr integer NOT NULL,
        -- The targets as they were when the job was accepted; the arrays have the same length.
        ids uuid[] NOT NULL,
        versions integer[] NOT NULL,
        ips text[] NOT NULL,
        vrfs text[] NOT NULL,
        PRIMARY KEY (job_id, nr)
      )`);
    await runner.query(`
      CREATE TABLE bulk_job_failure (
        job_id uuid NOT NULL REFERENCES bulk_job ON DELETE CASCADE,
        nr integer NOT NULL,
        target_id uuid,
        ip text NOT NULL,
        vrf text NOT NULL,
        name text,
        reason text NOT NULL,
        text text NOT NULL,
        PRIMARY KEY (job_id, nr)
      )`);
  }

  down = refuseDown;
}
