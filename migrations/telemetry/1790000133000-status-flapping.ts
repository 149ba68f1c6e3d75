import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** When each status began by the results that decided it, and whether the target flapped; null in rows of earlier releases. */
export class StatusFlapping1790000133000 implements MigrationInterface {
  readonly down = refuseDown;

  async up(runner: QueryRunner): Promise<void> {
    for (const table of ['status_change', 'target_status']) {
      await runner.query(`
        ALTER TABLE ${table}
          ADD COLUMN began_at timestamptz,
          ADD COLUMN flapping_since timestamptz,
          ADD COLUMN flapping_changes integer`);
    }
  }
}
