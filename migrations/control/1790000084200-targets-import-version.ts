import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** The version that a target must have for a line of an import to change it. */
export class TargetsImportVersion1790000084200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Null: any version. 0: there must be no target.
    await runner.query('ALTER TABLE import_line ADD COLUMN expected_version integer');
  }

  down = refuseDown;
}
