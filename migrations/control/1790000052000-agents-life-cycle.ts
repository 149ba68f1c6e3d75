import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

export class AgentsLifeCycle1790000052000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE agent
        ADD state text NOT NULL DEFAULT 'active'
          CHECK (state IN ('active', 'draining', 'retired', 'evicted', 'banned')),
        ADD state_since timestamptz,
        ADD state_reason text,
        -- A draining agent is retired once it holds no targets.
        ADD then_retire boolean NOT NULL DEFAULT false,
        -- SHA-256 of the agent's public key; null until an agent of an earlier release renews its certificate.
        ADD key_sha256 text,
        -- When the present certificate was first used; null until then.
        ADD certificate_used_at timestamptz,
        -- When a certificate was last used that another holder of the same key had replaced.
        ADD clone_suspected_at timestamptz,
        -- A challenge that was made at or before this time (ms since 1970) cannot be answered any more.
        ADD rejoin_floor_ms bigint NOT NULL DEFAULT 0`);
    await queryRunner.query('UPDATE agent SET state_since = enrolled_at');
    // The name of a retired agent is free for another one.
    await queryRunner.query('ALTER TABLE agent DROP CONSTRAINT agent_name_unique');
    await queryRunner.query(`CREATE UNIQUE INDEX agent_name_unique ON agent (name) WHERE state <> 'retired'`);
    await queryRunner.query('CREATE INDEX agent_name ON agent (name)');
    await queryRunner.query(`
      ALTER TABLE enrolment_token
        -- The only agent that the token lets in, also in the place of the one that has the name.
        ADD agent_name text,
        ADD uses integer,
        ADD created_by text,
        ADD last_used_at timestamptz,
        ADD revoked_at timestamptz`);
  }

  down = refuseDown;
}
