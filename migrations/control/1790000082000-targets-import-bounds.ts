import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Attempts of a part of a bulk job, and files whose lines are being deleted. */
export class TargetsImportBounds1790000082000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Attempts of the next part that have begun; stored before the part, so that a process that ends during it is counted.
    await runner.query('ALTER TABLE bulk_job ADD COLUMN attempts integer NOT NULL DEFAULT 0');
    // The lines of a forgotten file are not shown any more, and deleted in pieces.
    await runner.query('ALTER TABLE import_file ADD COLUMN is_forgotten boolean NOT NULL DEFAULT false');
  }

  down = refuseDown;
}
