import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/**
 * Further members of a target. They have no index: every change of a status would write an entry of it, and a scan of 100,000 rows for an
 * owner or a parent takes some hundredths of a second.
 */
export class TargetsMembers1790000070000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE target_list
        ADD COLUMN paused boolean NOT NULL DEFAULT false,
        ADD COLUMN parents uuid[] NOT NULL DEFAULT '{}',
        ADD COLUMN notes text,
        ADD COLUMN owner text`);
  }

  down = refuseDown;
}
