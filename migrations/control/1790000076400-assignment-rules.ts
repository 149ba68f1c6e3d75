import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** By which version of the rules of selection the stored assignments were decided, and how far a newer release has evaluated them again. */
export class AssignmentRules1790000076400 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // One row. Earlier releases had rules without a number, so all targets of an existing installation are evaluated once.
    await runner.query(`
      CREATE TABLE assignment_rules (
        -- All targets are decided by this version, or a later one.
        version integer NOT NULL DEFAULT 0,
        -- Targets up to this key are decided by this version.
        reached_version integer NOT NULL DEFAULT 0,
        reached_key bigint NOT NULL DEFAULT -1,
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row)
      )`);
    await runner.query('INSERT INTO assignment_rules DEFAULT VALUES');
    await runner.query('COMMENT ON TABLE assignment_rules IS $$progress; not derived again by a rebuild$$');
  }

  down = refuseDown;
}
