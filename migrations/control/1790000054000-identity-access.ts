import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** What people need to see of passwords, logins and keys to judge whether they still want them. */
export class IdentityAccess1790000054000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE user_account ADD COLUMN password_changed_at timestamptz');
    await runner.query('ALTER TABLE login_session ADD COLUMN address text, ADD COLUMN user_agent text');
    await runner.query('ALTER TABLE api_key ADD COLUMN created_by text, ADD COLUMN last_used_at timestamptz');
  }

  down = refuseDown;
}
