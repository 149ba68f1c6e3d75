import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

export class MaintenanceRecords1790000134000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE maintenance_occurrence
        ADD COLUMN planned_starts_at timestamptz,
        ADD COLUMN planned_ends_at timestamptz,
        ADD COLUMN earlier jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN amended_at timestamptz`);
    await runner.query('UPDATE maintenance_occurrence SET planned_starts_at = starts_at, planned_ends_at = ends_at');
  }

  down = refuseDown;
}
