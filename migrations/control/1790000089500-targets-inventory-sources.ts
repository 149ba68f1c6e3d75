import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Sources of targets, their runs, and which targets belong to which source. */
export class TargetsInventorySources1790000089500 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE inventory_source (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        definition jsonb NOT NULL,
        -- Nonce, tag and ciphertext; null without a credential.
        credential bytea,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        -- When the next run is due; null while the source is not enabled.
        due_at timestamptz,
        failing_since timestamptz
      )`);
    await runner.query('CREATE UNIQUE INDEX inventory_source_name ON inventory_source (lower(name))');
    await runner.query(`
      CREATE TABLE inventory_source_run (
        id uuid PRIMARY KEY,
        source_id uuid NOT NULL REFERENCES inventory_source ON DELETE CASCADE,
        state text NOT NULL DEFAULT 'queued',
        dry_run boolean NOT NULL,
        confirmed_left integer,
        requested_by text NOT NULL,
        correlation_id uuid NOT NULL,
        requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        started_at timestamptz,
        finished_at timestamptz,
        -- The worker that runs it has it until then; later, another one repeats the step.
        claimed_until timestamptz NOT NULL DEFAULT '-infinity',
        attempts integer NOT NULL DEFAULT 0,
        listed integer NOT NULL DEFAULT 0,
        created integer NOT NULL DEFAULT 0,
        changed integer NOT NULL DEFAULT 0,
        unchanged integer NOT NULL DEFAULT 0,
        refused integer NOT NULL DEFAULT 0,
        left_count integer NOT NULL DEFAULT 0,
        needs_confirmation boolean NOT NULL DEFAULT false,
        job_id uuid,
        left_job_id uuid,
        refused_sample jsonb NOT NULL DEFAULT '[]',
        left_sample jsonb NOT NULL DEFAULT '[]',
        error text,
        advice text
      )`);
    await runner.query(
      'CREATE INDEX inventory_source_run_newest ON inventory_source_run (source_id, requested_at DESC)',
    );
    await runner.query(
      'CREATE UNIQUE INDEX inventory_source_run_unfinished ON inventory_source_run (source_id) WHERE finished_at IS NULL',
    );
    await runner.query(`
      CREATE TABLE inventory_source_target (
        -- A target belongs to one source at most.
        target_id uuid PRIMARY KEY,
        source_id uuid NOT NULL REFERENCES inventory_source ON DELETE CASCADE,
        -- Keys of the tags that the source has set.
        tag_keys text[] NOT NULL,
        -- When the target left the list; null while it is listed.
        left_at timestamptz,
        -- Whether what the source says about such targets was done.
        is_left_handled boolean NOT NULL DEFAULT false,
        -- Whether the source has paused it, so that the source continues it when it is listed again.
        is_paused boolean NOT NULL DEFAULT false
      )`);
    await runner.query('CREATE INDEX inventory_source_target_source ON inventory_source_target (source_id)');
    // Lists of sources are kept apart from files of people, so that neither displaces the other.
    await runner.query('ALTER TABLE import_file ADD COLUMN source_id uuid');
  }

  down = refuseDown;
}
