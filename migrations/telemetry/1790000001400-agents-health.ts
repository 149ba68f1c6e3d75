import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

export class AgentsHealth1790000001400 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE agent_health (
        agent_id uuid PRIMARY KEY,
        received_at timestamptz NOT NULL,
        telemetry jsonb NOT NULL
      )`);
    await queryRunner.query(`
      CREATE TABLE agent_metric (
        agent_id uuid NOT NULL,
        -- When the gateway received the report: agents' clocks may be wrong.
        at timestamptz NOT NULL,
        probes_per_s real NOT NULL,
        results_per_s real NOT NULL,
        cpu_cores real NOT NULL,
        executor_cpu_cores real NOT NULL,
        rss_bytes bigint NOT NULL,
        spool_blocks bigint NOT NULL,
        spool_oldest_s double precision NOT NULL,
        clock_offset_ms double precision NOT NULL
      )`);
    await queryRunner.query(`
      SELECT create_hypertable('agent_metric', by_range('at', INTERVAL '1 day'), create_default_indexes => false)`);
    await queryRunner.query('CREATE INDEX agent_metric_agent_at ON agent_metric (agent_id, at)');
  }

  down = refuseDown;
}
