import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Agents whose version is below the minimum: targets registered later go to other agents. */
export class AssignmentOutdated1790000077200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE assignment_agent_outdated (
        agent_id uuid PRIMARY KEY,
        since timestamptz NOT NULL DEFAULT clock_timestamp(),
        version text NOT NULL,
        version_min text NOT NULL
      )`);
    await runner.query('COMMENT ON TABLE assignment_agent_outdated IS $$decisions; not derived again by a rebuild$$');
  }

  down = refuseDown;
}
