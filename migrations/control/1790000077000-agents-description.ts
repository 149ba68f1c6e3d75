import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** What operators set about an agent, and what an enrolment token fixes. */
export class AgentsDescription1790000077000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Parts of the description that the agent's own settings do not change: "region", "provider", "tags.<key>".
    await runner.query(`ALTER TABLE agent ADD COLUMN set_by_operator text[] NOT NULL DEFAULT '{}'`);
    await runner.query(`
      ALTER TABLE enrolment_token
        ADD COLUMN provider text,
        ADD COLUMN tags jsonb NOT NULL DEFAULT '{}',
        ADD COLUMN capacity_pps integer`);
  }

  down = refuseDown;
}
