import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** API keys with fewer permissions than their role. */
export class IdentityKeyPermissions1790000077100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Null: all permissions of the role.
    await runner.query('ALTER TABLE api_key ADD COLUMN permissions text[]');
  }

  down = refuseDown;
}
