import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** A paused target has no selected agents. */
export class AssignmentPaused1790000070100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE assignment_target ADD COLUMN paused boolean NOT NULL DEFAULT false');
  }

  down = refuseDown;
}
