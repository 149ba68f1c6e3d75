import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** What agents sent and nobody counts, and which processes report under an agent's identity. */
export class AgentsUncounted1790000051000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE agent_uncounted (
        -- Written by the owner of the shard, in the transaction that stores its position.
        shard smallint NOT NULL,
        agent_id uuid NOT NULL,
        reason text NOT NULL,
        -- By the shard's own time.
        minute timestamptz NOT NULL,
        results bigint NOT NULL,
        last_at timestamptz NOT NULL,
        PRIMARY KEY (agent_id, minute, reason, shard)
      )`);
    await queryRunner.query('CREATE INDEX agent_uncounted_minute ON agent_uncounted (minute)');
    await queryRunner.query(`
      CREATE TABLE agent_process (
        agent_id uuid NOT NULL,
        -- As the process reports it: what tells one start from another.
        started_at timestamptz NOT NULL,
        first_seen_at timestamptz NOT NULL,
        last_seen_at timestamptz NOT NULL,
        -- The address that the gateway saw, and the name of the machine, as far as they are reported.
        peer text,
        host text,
        PRIMARY KEY (agent_id, started_at)
      )`);
  }

  down = refuseDown;
}
