import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** The next occurrence of each window, for the list of windows in the order of their starts. */
export class MaintenanceNext1790000133000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX maintenance_occurrence_next ON maintenance_occurrence (window_id, starts_at) WHERE state IN ('planned', 'open')`,
    );
  }

  down = refuseDown;
}
