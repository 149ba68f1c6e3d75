import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

export class IdentityAccounts1790000001300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Names and secrets live here, changeable and erasable; events refer to accounts by id only.
    await runner.query(`
      CREATE TABLE user_account (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        role text NOT NULL,
        password_hash text NOT NULL,
        disabled_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE UNIQUE INDEX user_account_name ON user_account (lower(name))');
    await runner.query(`
      CREATE TABLE login_session (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES user_account ON DELETE CASCADE,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        ended_at timestamptz
      )`);
    await runner.query('CREATE INDEX login_session_user ON login_session (user_id)');
    await runner.query('CREATE INDEX login_session_expires_at ON login_session (expires_at)');
    await runner.query(`
      CREATE TABLE refresh_token (
        hash bytea PRIMARY KEY,
        session_id uuid NOT NULL REFERENCES login_session ON DELETE CASCADE,
        created_at timestamptz NOT NULL DEFAULT now(),
        used_at timestamptz
      )`);
    await runner.query('CREATE INDEX refresh_token_session ON refresh_token (session_id)');
    await runner.query(`
      CREATE TABLE api_key (
        id text PRIMARY KEY,
        name text NOT NULL,
        role text NOT NULL,
        secret_hash bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz,
        revoked_at timestamptz
      )`);
    await runner.query(`
      CREATE TABLE bootstrap_done (
        name text PRIMARY KEY,
        done_at timestamptz NOT NULL DEFAULT now()
      )`);
  }

  down = refuseDown;
}
