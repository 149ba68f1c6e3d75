import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Users and API keys that are limited to the targets of a filter. */
export class IdentityScopes1790000085000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // A filter in its canonical text. Null: no limit.
    await runner.query('ALTER TABLE user_account ADD COLUMN scope text');
    await runner.query('ALTER TABLE api_key ADD COLUMN scope text');
    // Administrators manage access, so a limit would not hold. Lists of keys and users are short: the check scans them in no time.
    await runner.query(
      `ALTER TABLE user_account ADD CONSTRAINT user_account_scope CHECK (scope IS NULL OR role <> 'admin')`,
    );
    await runner.query(`ALTER TABLE api_key ADD CONSTRAINT api_key_scope CHECK (scope IS NULL OR role <> 'admin')`);
  }

  down = refuseDown;
}
