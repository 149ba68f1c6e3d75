import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Files of targets that are imported by bulk jobs. */
export class TargetsImport1790000081000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE bulk_job
        ADD COLUMN import jsonb,
        -- Of "changed", the registered targets.
        ADD COLUMN created integer NOT NULL DEFAULT 0`);
    // Its id becomes that of the job. A file without a job is still being received, or its request failed.
    await runner.query(`
      CREATE TABLE import_file (
        id uuid PRIMARY KEY,
        received_at timestamptz NOT NULL DEFAULT now(),
        -- The last line that the job has processed, in the order of levels and lines.
        at_level integer NOT NULL DEFAULT 0,
        at_line integer NOT NULL DEFAULT 0
      )`);
    await runner.query(`
      CREATE TABLE import_line (
        file_id uuid NOT NULL REFERENCES import_file ON DELETE CASCADE,
        line integer NOT NULL,
        ip text NOT NULL,
        vrf text NOT NULL,
        -- What the line sets; null once the line has an outcome.
        members jsonb,
        -- Lines run level by level: parents that are in the file come before the targets that depend on them.
        level integer NOT NULL DEFAULT 0,
        -- Null while the line waits.
        outcome text,
        target_id uuid,
        -- Parents of the target after the line: those of a dry run are in no other table.
        parents uuid[],
        changes jsonb,
        field text,
        reason text,
        PRIMARY KEY (file_id, line)
      )`);
    await runner.query('CREATE INDEX import_line_waiting ON import_line (file_id, level, line) WHERE outcome IS NULL');
    await runner.query('CREATE INDEX import_line_address ON import_line (file_id, vrf, ip)');
    await runner.query(
      `CREATE INDEX import_line_parents ON import_line (file_id, target_id) WHERE parents IS NOT NULL`,
    );
  }

  down = refuseDown;
}
