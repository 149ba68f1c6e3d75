import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

const DECISION = ['selected', 'shortfall', 'wanted', 'placed', 'paused'];
const of = (row: string): string => DECISION.map((column) => `${row}.${column}`).join(', ');

/**
 * Selected agents of each target over time. A row is valid from `since` to the next row of the target; `selected` is null from the removal
 * of the target on. Triggers write it in the transaction that decides, whichever release that is.
 */
export class AssignmentInterval1790000075100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE assignment_interval (
        target_key bigint NOT NULL,
        since timestamptz NOT NULL,
        selected uuid[],
        shortfall text,
        wanted integer,
        placed integer,
        paused boolean NOT NULL DEFAULT false,
        PRIMARY KEY (target_key, since)
      )`);
    await runner.query('CREATE INDEX assignment_interval_since ON assignment_interval (since)');
    // One row: nothing is known about earlier times. Times have milliseconds, as in answers, so that `at` can be a returned time.
    await runner.query(`
      CREATE TABLE assignment_horizon (
        known_since timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row)
      )`);
    await runner.query('INSERT INTO assignment_horizon DEFAULT VALUES');
    await runner.query(`
      INSERT INTO assignment_interval (target_key, since, ${DECISION.join(', ')})
      SELECT t.key, h.known_since, ${of('t')} FROM assignment_target t, assignment_horizon h WHERE t.selected IS NOT NULL`);
    await this.followDecisions(runner);
    await runner.query('COMMENT ON TABLE assignment_interval IS $$decisions; not derived again by a rebuild$$');
  }

  /**
   * The time of a decision is that of its transaction, but not before the previous decision for the target: transactions wait for one
   * another, and a clock can go back. Of simultaneous decisions the last is kept.
   */
  private async followDecisions(runner: QueryRunner): Promise<void> {
    const last = `LATERAL (SELECT * FROM assignment_interval WHERE target_key = t.key ORDER BY since DESC LIMIT 1) AS last`;
    const decided = `
      SELECT t.key, greatest(date_trunc('milliseconds', now()), last.since), ${of('t')} FROM changed AS t LEFT JOIN ${last} ON true
      WHERE t.selected IS NOT NULL AND (last.target_key IS NULL OR (${of('last')}) IS DISTINCT FROM (${of('t')}))`;
    const removed = `SELECT t.key, greatest(date_trunc('milliseconds', now()), last.since), NULL, NULL, NULL, NULL, false FROM changed AS t, ${last}`;
    for (const [event, table, rows] of [
      ['UPDATE', 'NEW', decided],
      ['DELETE', 'OLD', removed],
    ]) {
      const name = `assignment_interval_${event.toLowerCase()}`;
      await runner.query(`
        CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          INSERT INTO assignment_interval (target_key, since, ${DECISION.join(', ')}) ${rows}
          ON CONFLICT (target_key, since) DO UPDATE SET (${DECISION.join(', ')}) = ROW (${of('excluded')});
          RETURN NULL;
        END $$`);
      await runner.query(`
        CREATE TRIGGER ${name} AFTER ${event} ON assignment_target
        REFERENCING ${table} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION ${name}()`);
    }
  }

  down = refuseDown;
}
