import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** How often in a row targets were moved away from an agent: one that comes and goes has to be stable for longer each time. */
export class AssignmentMoves1790000061000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE assignment_agent_condition ADD COLUMN moves integer NOT NULL DEFAULT 0');
  }

  down = refuseDown;
}
