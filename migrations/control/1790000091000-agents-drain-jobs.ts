import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Jobs that drain several agents, some at a time. */
export class AgentsDrainJobs1790000091000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE agent_drain_job (
        id uuid PRIMARY KEY,
        agents uuid[] NOT NULL,
        -- Agents whose drain the job has begun: one whose drain is cancelled then is not drained again.
        started uuid[] NOT NULL DEFAULT '{}',
        at_once integer NOT NULL,
        wait_s integer NOT NULL,
        reason text,
        requested_by text NOT NULL,
        correlation_id text NOT NULL,
        requested_at timestamptz NOT NULL DEFAULT now(),
        state text NOT NULL DEFAULT 'running',
        progress text NOT NULL DEFAULT '',
        why text,
        -- Targets that were not placed as their tiers ask when the job was requested.
        shortfall integer NOT NULL,
        progressed_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz
      )`);
    await runner.query(
      'CREATE INDEX agent_drain_job_unfinished ON agent_drain_job (requested_at) WHERE finished_at IS NULL',
    );
  }

  down = refuseDown;
}
