import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Second factors of local users, their recovery codes, and logins that wait for the second step. */
export class IdentitySecondFactor1790000086300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE second_factor (
        user_id uuid PRIMARY KEY REFERENCES user_account ON DELETE CASCADE,
        -- Encrypted with a key that is derived from the secret file, bound to the user.
        secret bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        -- Null while the user has not confirmed it with a code.
        enabled_at timestamptz,
        -- Time step of the last accepted code: no code of this step or an earlier one is accepted again.
        last_step bigint,
        -- Codes tried since the last right one, and until when no other is accepted.
        attempts integer NOT NULL DEFAULT 0,
        blocked_until timestamptz
      )`);
    await runner.query(`
      CREATE TABLE recovery_code (
        user_id uuid NOT NULL REFERENCES second_factor ON DELETE CASCADE,
        hash bytea NOT NULL,
        PRIMARY KEY (user_id, hash)
      )`);
    await runner.query(`
      CREATE TABLE login_challenge (
        hash bytea PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES user_account ON DELETE CASCADE,
        -- The step it permits: a code of the second factor, or the enrolment of one.
        step text NOT NULL CHECK (step IN ('code', 'enrolment')),
        -- Of the password that was verified: a changed password ends the challenge.
        password_digest bytea NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        expires_at timestamptz NOT NULL
      )`);
    await runner.query('CREATE INDEX login_challenge_user ON login_challenge (user_id)');
    await runner.query('CREATE INDEX login_challenge_expires_at ON login_challenge (expires_at)');
  }

  down = refuseDown;
}
