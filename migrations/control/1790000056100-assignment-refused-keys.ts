import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Targets that an agent refuses for a reason that the ranges of its policy do not tell: too many packets per second, too many ranges. */
export class AssignmentRefusedKeys1790000056100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE assignment_agent_policy ADD COLUMN refused_keys bigint[] NOT NULL DEFAULT '{}'`);
  }

  down = refuseDown;
}
