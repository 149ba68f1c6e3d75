import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Targets with results that arrived too late to be judged, and what judging them again has shown. */
export class StatusCorrections1790000136000 implements MigrationInterface {
  readonly down = refuseDown;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE late_result (
        target_key integer PRIMARY KEY,
        shard smallint NOT NULL,
        from_at timestamptz NOT NULL,
        to_at timestamptz NOT NULL,
        agents uuid[] NOT NULL,
        position bigint NOT NULL,
        first_noted_at timestamptz NOT NULL DEFAULT now(),
        noted_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX late_result_noted ON late_result (first_noted_at, target_key)');
    await runner.query(`
      CREATE TABLE status_correction (
        target_key integer NOT NULL,
        revision integer NOT NULL,
        from_at timestamptz NOT NULL,
        to_at timestamptz NOT NULL,
        shard smallint NOT NULL,
        status text NOT NULL,
        reason text NOT NULL,
        cause text NOT NULL,
        agents uuid[] NOT NULL,
        made_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (target_key, revision, from_at),
        CHECK (from_at < to_at)
      )`);
    await runner.query('CREATE INDEX status_correction_span ON status_correction (target_key, to_at)');
    await runner.query('CREATE INDEX status_correction_old ON status_correction (to_at)');
  }
}
