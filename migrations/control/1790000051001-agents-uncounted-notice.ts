import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** What gateways tell agents of their results that are not counted; and how far the clocks of processes are off. */
export class AgentsUncountedNotice1790000051001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE agent_uncounted_notice (
        agent_id uuid NOT NULL,
        reason text NOT NULL,
        results bigint NOT NULL,
        last_at timestamptz NOT NULL,
        written_at timestamptz NOT NULL,
        PRIMARY KEY (agent_id, reason)
      )`);
    // The wall clock of the process minus that of the control database, when it reported.
    await queryRunner.query('ALTER TABLE app_process ADD COLUMN clock_ahead_ms double precision');
  }

  down = refuseDown;
}
