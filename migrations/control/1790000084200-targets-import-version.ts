import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** The version that a target must have for a line of an import to change it. */
export class TargetsImportVersion1790000084200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Null allows every version; with 0 the target must not exist.
    await runner.query('ALTER TABLE import_line ADD COLUMN expected_version integer');
  }

  down = refuseDown;
}
