import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Traces of paths from agents to targets, and the lasting changes that they show. */
export class PathsTraces1790000112000 implements MigrationInterface {
  readonly down = refuseDown;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE trace (
        id uuid NOT NULL,
        agent_id uuid NOT NULL,
        target_id uuid NOT NULL,
        ip inet NOT NULL,
        at timestamptz NOT NULL,
        received_at timestamptz NOT NULL,
        cause text NOT NULL,
        command_id uuid,
        reason text,
        detail text,
        reached boolean NOT NULL,
        hops smallint NOT NULL,
        onset jsonb,
        body bytea NOT NULL,
        PRIMARY KEY (id, agent_id)
      )`);
    // The body is compressed already.
    await runner.query('ALTER TABLE trace ALTER COLUMN body SET STORAGE EXTERNAL');
    await runner.query('CREATE INDEX trace_pair ON trace (target_id, agent_id, at DESC, id DESC)');
    await runner.query('CREATE INDEX trace_target ON trace (target_id, at DESC, id DESC)');
    await runner.query('CREATE INDEX trace_received_at ON trace (received_at)');
    await runner.query(`
      CREATE TABLE path_change (
        change_seq bigint PRIMARY KEY,
        target_id uuid NOT NULL,
        ip inet NOT NULL,
        agent_id uuid NOT NULL,
        trace_id uuid NOT NULL,
        at timestamptz NOT NULL,
        "left" text[] NOT NULL,
        joined text[] NOT NULL
      )`);
    await runner.query('CREATE INDEX path_change_target ON path_change (target_id, at DESC, change_seq DESC)');
    await runner.query('CREATE INDEX path_change_at ON path_change USING brin (at)');
    await runner.query(`
      CREATE TABLE path_change_state (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        last_seq bigint NOT NULL DEFAULT 0,
        published_seq bigint NOT NULL DEFAULT 0
      )`);
    await runner.query('INSERT INTO path_change_state DEFAULT VALUES');
  }
}
