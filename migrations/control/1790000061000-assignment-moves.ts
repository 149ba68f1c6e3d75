import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** How often targets were moved away from an agent: a flapping agent must be stable for longer after each move. */
export class AssignmentMoves1790000061000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE assignment_agent_condition ADD COLUMN moves integer NOT NULL DEFAULT 0');
  }

  down = refuseDown;
}
