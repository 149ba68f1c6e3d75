import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Users who are invited, and set their password with a link; removed users, whose names stay for the audit log until they are erased. */
export class IdentityUsers1790000076300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE user_account
        -- Null until an invited user sets a password, and after the removal.
        ALTER COLUMN password_hash DROP NOT NULL,
        -- A removed user is disabled too.
        ADD COLUMN removed_at timestamptz`);
    await runner.query('DROP INDEX user_account_name');
    await runner.query('CREATE UNIQUE INDEX user_account_name ON user_account (lower(name)) WHERE removed_at IS NULL');
    await runner.query(`
      CREATE TABLE password_link (
        user_id uuid PRIMARY KEY REFERENCES user_account ON DELETE CASCADE,
        hash bytea NOT NULL UNIQUE,
        expires_at timestamptz NOT NULL
      )`);
  }

  down = refuseDown;
}
