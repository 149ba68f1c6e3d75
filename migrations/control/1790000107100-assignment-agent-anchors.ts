import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Whether the anchors of each agent answer, as published to the shards. */
export class AssignmentAgentAnchors1790000107100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE assignment_agent_anchors (
        agent_id uuid PRIMARY KEY,
        evidence text NOT NULL,
        since timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    await runner.query('COMMENT ON TABLE assignment_agent_anchors IS $$decisions; not derived again by a rebuild$$');
  }

  down = refuseDown;
}
