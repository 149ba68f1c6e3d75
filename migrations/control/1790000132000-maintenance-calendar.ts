import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

export class MaintenanceCalendar1790000132000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE maintenance_calendar_token (
        user_id uuid PRIMARY KEY,
        token_hash bytea NOT NULL UNIQUE,
        issued_at timestamptz NOT NULL,
        last_used_at timestamptz
      )`);
  }

  down = refuseDown;
}
