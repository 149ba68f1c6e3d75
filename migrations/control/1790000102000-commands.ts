import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

export class Commands1790000102000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE command (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        target_id uuid NOT NULL,
        target_key integer NOT NULL,
        ip inet NOT NULL,
        vrf text NOT NULL,
        parameters jsonb NOT NULL,
        count integer NOT NULL,
        timeout_ms integer NOT NULL,
        requested_by text NOT NULL,
        correlation_id uuid NOT NULL,
        requested_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        expiry_sent_at timestamptz,
        state text NOT NULL,
        ended_at timestamptz,
        change integer NOT NULL DEFAULT 1
      )`);
    await runner.query('CREATE INDEX command_of_target ON command (target_key, id DESC)');
    await runner.query('CREATE INDEX command_of_caller ON command (requested_by, requested_at)');
    await runner.query(`CREATE INDEX command_open ON command (expires_at) WHERE state IN ('requested', 'running')`);
    await runner.query(`
      CREATE TABLE command_agent (
        command_id uuid NOT NULL REFERENCES command ON DELETE CASCADE,
        agent_id uuid NOT NULL,
        name text NOT NULL,
        region text NOT NULL,
        provider text NOT NULL,
        connection text NOT NULL,
        last_seen_at timestamptz,
        requested_at timestamptz NOT NULL DEFAULT now(),
        state text NOT NULL DEFAULT 'waiting',
        reason text,
        detail text,
        attempts jsonb NOT NULL DEFAULT '[]',
        received_at timestamptz,
        ended_at timestamptz,
        change integer NOT NULL DEFAULT 1,
        PRIMARY KEY (command_id, agent_id)
      )`);
    await runner.query(
      `CREATE INDEX command_agent_open ON command_agent (agent_id) WHERE state IN ('waiting', 'running')`,
    );
    await runner.query('CREATE INDEX command_agent_recent ON command_agent (agent_id, requested_at)');
    await runner.query(`
      CREATE TABLE command_trail (
        command_id uuid NOT NULL,
        agent_id uuid NOT NULL,
        lines jsonb NOT NULL,
        stored_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (command_id, agent_id),
        FOREIGN KEY (command_id, agent_id) REFERENCES command_agent ON DELETE CASCADE
      )`);
    await runner.query('CREATE INDEX command_trail_age ON command_trail (stored_at)');
  }

  down = refuseDown;
}
