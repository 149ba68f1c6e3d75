import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

export class AgentsInventory1790000001400 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE agent (
        id uuid PRIMARY KEY,
        name text NOT NULL CONSTRAINT agent_name_unique UNIQUE,
        region text NOT NULL,
        provider text NOT NULL,
        tags jsonb NOT NULL,
        capacity_pps integer,
        certificate_sha256 text NOT NULL,
        -- The certificate that asked for the present one: good until the agent has used the new one.
        previous_certificate_sha256 text,
        certificate_not_after timestamptz NOT NULL,
        enrolled_at timestamptz NOT NULL,
        version bigint NOT NULL
      )`);
    await queryRunner.query(`
      CREATE TABLE enrolment_token (
        id text PRIMARY KEY,
        secret_hash bytea NOT NULL,
        region text,
        uses_left integer NOT NULL CHECK (uses_left >= 0),
        expires_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await queryRunner.query('CREATE INDEX enrolment_token_expires_at ON enrolment_token (expires_at)');
  }

  down = refuseDown;
}
