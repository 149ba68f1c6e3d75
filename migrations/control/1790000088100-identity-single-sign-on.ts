import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Users of an OpenID Connect issuer, their logins, and sign-ins that cannot be repeated. */
export class IdentitySingleSignOn1790000088100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE user_account
        -- Identity of a user of an issuer; null for a user with a password.
        ADD COLUMN issuer text,
        ADD COLUMN subject text,
        ADD CONSTRAINT user_account_whole_identity CHECK ((issuer IS NULL) = (subject IS NULL)),
        ADD CONSTRAINT user_account_one_way_to_sign_in CHECK (issuer IS NULL OR password_hash IS NULL)`);
    await runner.query(
      'CREATE UNIQUE INDEX user_account_identity ON user_account (issuer, subject) WHERE removed_at IS NULL',
    );
    await runner.query(`
      CREATE TABLE issuer_login (
        session_id uuid PRIMARY KEY REFERENCES login_session ON DELETE CASCADE,
        -- Refresh token and ID token of the issuer, encrypted.
        grant_box bytea NOT NULL,
        confirmed_at timestamptz NOT NULL DEFAULT now(),
        -- Until then, one request asks the issuer about this login.
        asking_until timestamptz
      )`);
    await runner.query(`
      CREATE TABLE used_sign_in (
        hash bytea PRIMARY KEY,
        expires_at timestamptz NOT NULL
      )`);
    await runner.query('CREATE INDEX used_sign_in_expires_at ON used_sign_in (expires_at)');
  }

  down = refuseDown;
}
