import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Bulk jobs of callers with a scope. */
export class TargetsBulkScopes1790000094000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE bulk_job
        -- Filter of the only targets that the job touches; null without a limit.
        ADD COLUMN scope text,
        -- Whether the job runs only while who requested it has the access of the request: false for jobs of inventory sources, and of earlier
        -- releases.
        ADD COLUMN of_caller boolean NOT NULL DEFAULT false`);
  }

  down = refuseDown;
}
