import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** When a worker last looked at a job that drains several agents: time without a worker is no time without a moved target. */
export class AgentsDrainLooked1790000092000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE agent_drain_job ADD COLUMN looked_at timestamptz NOT NULL DEFAULT now()');
  }

  down = refuseDown;
}
