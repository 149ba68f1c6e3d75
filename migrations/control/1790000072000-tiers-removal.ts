import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

export class TiersRemoval1790000072000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Set while the tier is being removed: the tier that its targets move to.
    await runner.query('ALTER TABLE tier ADD successor text COLLATE "C"');
    // The tier was removed, but targets may still be assigned by its policy: the row is deleted when there are none.
    await runner.query('ALTER TABLE assignment_tier ADD removed boolean NOT NULL DEFAULT false');
  }

  down = refuseDown;
}
