import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Views of the target list that users save. */
export class TargetsSavedView1790000075000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE saved_view (
        id uuid PRIMARY KEY,
        -- "user:<id>" or "api-key:<id>".
        owner text COLLATE "C" NOT NULL,
        owner_name text NOT NULL,
        name text NOT NULL,
        query jsonb NOT NULL,
        is_shared boolean NOT NULL,
        version integer NOT NULL DEFAULT 1
      )`);
    await runner.query('CREATE UNIQUE INDEX saved_view_by_owner_name ON saved_view (owner, lower(name))');
    await runner.query('CREATE INDEX saved_view_shared ON saved_view (lower(name)) WHERE is_shared');
  }

  down = refuseDown;
}
