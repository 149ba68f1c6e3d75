import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

export class MaintenanceNotices1790000124000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE maintenance_notice (
        provider text NOT NULL,
        account text NOT NULL,
        maintenance_id text NOT NULL,
        uid text NOT NULL,
        window_id uuid NOT NULL,
        notice jsonb NOT NULL,
        definition jsonb NOT NULL,
        PRIMARY KEY (provider, account, maintenance_id, uid)
      )`);
    await runner.query('CREATE INDEX maintenance_notice_window ON maintenance_notice (window_id)');
  }

  down = refuseDown;
}
