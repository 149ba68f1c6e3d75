import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** What the capacity of agents decides, and why targets are not placed as their tier asks. */
export class AssignmentCapacity1790000073000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // From the enrolment; null means no limit. The policy file has its own.
    await runner.query('ALTER TABLE assignment_agent ADD COLUMN capacity_pps double precision');
    await runner.query(`
      CREATE TABLE assignment_admission (
        agent_id uuid PRIMARY KEY,
        -- Lowest hash of a pair that the agent admits. Agents without a row admit all.
        threshold bigint NOT NULL,
        -- Packets per second that it kept when the threshold was set, and of which capacity.
        kept_pps double precision NOT NULL,
        capacity_pps double precision NOT NULL,
        decided_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    await runner.query('COMMENT ON TABLE assignment_admission IS $$decisions; not derived again by a rebuild$$');
    await runner.query(`
      ALTER TABLE assignment_target
        -- Null: placed as asked, or not evaluated yet.
        ADD COLUMN shortfall text,
        ADD COLUMN wanted integer,
        ADD COLUMN placed integer`);
    await runner.query(
      'CREATE INDEX assignment_target_shortfall ON assignment_target (tier, shortfall) WHERE shortfall IS NOT NULL',
    );
    await this.followLoads(runner);
  }

  /** `assignment_load` follows from `assignment_target` by triggers, whichever release writes it. */
  private async followLoads(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE assignment_load (
        agent_id uuid NOT NULL,
        tier text NOT NULL,
        -- Without targets that every agent refuses, because they are not probed.
        targets integer NOT NULL,
        PRIMARY KEY (agent_id, tier)
      )`);
    await runner.query(`
      INSERT INTO assignment_load (agent_id, tier, targets)
      SELECT agent_id, tier, count(*) FROM assignment_target, unnest(selected) AS agent_id
      WHERE NOT selected && refused_by GROUP BY agent_id, tier`);
    const counted = (rows: string, sign: string): string =>
      `SELECT agent_id, tier, ${sign}1 AS targets FROM ${rows}, unnest(selected) AS agent_id WHERE NOT selected && refused_by`;
    const changes = {
      add: ['INSERT', 'NEW TABLE AS added', counted('added', '')],
      change: [
        'UPDATE',
        'OLD TABLE AS removed NEW TABLE AS added',
        `${counted('added', '')} UNION ALL ${counted('removed', '-')}`,
      ],
      remove: ['DELETE', 'OLD TABLE AS removed', counted('removed', '-')],
    };
    for (const [name, [event, tables, rows]] of Object.entries(changes)) {
      await runner.query(`
        CREATE FUNCTION assignment_load_${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          INSERT INTO assignment_load AS kept (agent_id, tier, targets)
          SELECT agent_id, tier, sum(targets) FROM (${rows}) AS change
          GROUP BY agent_id, tier HAVING sum(targets) <> 0 ORDER BY agent_id, tier
          ON CONFLICT (agent_id, tier) DO UPDATE SET targets = kept.targets + excluded.targets;
          DELETE FROM assignment_load WHERE targets = 0;
          RETURN NULL;
        END $$`);
      await runner.query(`
        CREATE TRIGGER assignment_load_${name} AFTER ${event} ON assignment_target
        REFERENCING ${tables} FOR EACH STATEMENT EXECUTE FUNCTION assignment_load_${name}()`);
    }
  }

  down = refuseDown;
}
