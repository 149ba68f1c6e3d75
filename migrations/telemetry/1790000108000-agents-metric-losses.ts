import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** What an agent loses, over time: null in rows of earlier releases, and in reports of older agents. */
export class AgentsMetricLosses1790000108000 implements MigrationInterface {
  readonly down = refuseDown;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE agent_metric
        ADD COLUMN late_ms real,
        ADD COLUMN unmeasured_per_s real,
        ADD COLUMN dropped_results bigint`);
  }
}
