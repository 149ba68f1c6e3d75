import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** What assignment knows of agents besides their place: whether they are in service, heard and able, and what their policies allow. */
export class AssignmentLiveness1790000056000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE assignment_agent
        ADD COLUMN state text NOT NULL DEFAULT 'active',
        ADD COLUMN known_since timestamptz NOT NULL DEFAULT now()`);
    await runner.query(`
      ALTER TABLE assignment_target
        -- By the event; targets of earlier releases count as old.
        ADD COLUMN registered_at timestamptz NOT NULL DEFAULT 'epoch',
        -- Agents that would be selected, but that their local policy refuses the address.
        ADD COLUMN refused_by uuid[] NOT NULL DEFAULT '{}'`);
    await runner.query(`
      CREATE TABLE assignment_agent_condition (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        agent_id uuid NOT NULL,
        decided_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        -- ok, silent, unable, returning (heard again, and not yet stable), unheard (never heard)
        condition text NOT NULL,
        since timestamptz NOT NULL,
        -- Tiers with a hold-down of this length or less select other agents.
        held_ms bigint NOT NULL,
        cause text NOT NULL
      )`);
    await runner.query('COMMENT ON TABLE assignment_agent_condition IS $$decisions; the last of each agent holds$$');
    await runner.query(
      'CREATE INDEX assignment_agent_condition_agent ON assignment_agent_condition (agent_id, id DESC)',
    );
    // Agents of earlier releases count as heard until the worker has looked.
    await runner.query(`
      INSERT INTO assignment_agent_condition (agent_id, condition, since, held_ms, cause)
      SELECT id, 'ok', now(), 0, 'enrolled before agents were watched' FROM assignment_agent`);
    await runner.query(`
      CREATE TABLE assignment_watch (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        looked_at timestamptz NOT NULL DEFAULT now(),
        -- Why no targets are moved away from agents that are not heard; null while they are.
        holding text,
        holding_since timestamptz,
        -- Hold-downs count from here at the earliest.
        released_at timestamptz NOT NULL DEFAULT now(),
        -- Setting of the worker, here so that a rebuild decides by the same.
        hold_down_max_ms bigint NOT NULL DEFAULT 300000
      )`);
    await runner.query('INSERT INTO assignment_watch DEFAULT VALUES');
    await runner.query(`
      CREATE TABLE assignment_agent_policy (
        agent_id uuid PRIMARY KEY,
        digest text NOT NULL,
        policy jsonb NOT NULL,
        reported_at timestamptz NOT NULL
      )`);
  }

  down = refuseDown;
}
