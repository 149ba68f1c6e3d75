import { randomBytes } from 'node:crypto';
import type { LoginStep, Role, Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { Injectable } from '@nestjs/common';
import { hashOfToken } from './session-rows';

/** How long a person has for the second step. */
const VALID_S = 5 * 60;
const ENROLMENT_VALID_S = 15 * 60;
/** Wrong codes after which the password must be given again. */
const ATTEMPTS_MAX = 5;
/** Open challenges per user; the oldest are deleted first. */
const PER_USER_MAX = 10;

export interface IssuedChallenge {
  token: string;
  step: LoginStep;
  expiresAt: string;
}

/** The password is right, and a second step is needed. */
export interface Challenged {
  challenge: IssuedChallenge;
}

/** User whose password was verified when the challenge was issued, and has not been changed since. */
export interface ChallengedUser {
  userId: string;
  name: string;
  role: Role;
  scope: Scope;
  passwordHash: string;
}

const notValid = (): DomainError =>
  new DomainError('invalid', 'The sign-in took too long, or was completed already. Enter your password again.', [
    { pointer: '#/challenge', detail: 'is not valid' },
  ]);

/**
 * Stores logins that wait for their second step. A challenge is not a login: it permits one step, once, within minutes, and nothing else.
 */
@Injectable()
export class LoginChallenges {
  constructor(private readonly database: ControlDatabase) {}

  async issueChallenge(user: { userId: string; passwordHash: string }, step: LoginStep): Promise<IssuedChallenge> {
    const token = `imc_${randomBytes(32).toString('base64url')}`;
    const [{ expires_at: expiresAt }] = await this.database.transaction(async (sql) => {
      await sql.execute(
        `DELETE FROM login_challenge WHERE hash IN (
           SELECT hash FROM login_challenge WHERE user_id = $1 ORDER BY expires_at DESC OFFSET $2)`,
        [user.userId, PER_USER_MAX - 1],
      );
      return sql.query<{ expires_at: Date }>(
        `INSERT INTO login_challenge (hash, user_id, step, password_digest, expires_at)
         VALUES ($1, $2, $3, sha256(convert_to($4, 'UTF8')), now() + make_interval(secs => $5)) RETURNING expires_at`,
        [hashOfToken(token), user.userId, step, user.passwordHash, step === 'code' ? VALID_S : ENROLMENT_VALID_S],
      );
    });
    return { token, step, expiresAt: expiresAt.toISOString() };
  }

  /** @throws DomainError `invalid` for a challenge that is unknown, used, expired, for another step, or older than the password */
  async readChallenge(token: string, step: LoginStep): Promise<ChallengedUser> {
    const [user] = await this.database.query<ChallengedUser>(
      `SELECT u.id AS "userId", u.name, u.role, u.scope, u.password_hash AS "passwordHash"
       FROM login_challenge c JOIN user_account u ON u.id = c.user_id
       WHERE c.hash = $1 AND c.step = $2 AND c.expires_at > now() AND c.attempts < $3 AND u.disabled_at IS NULL
         AND c.password_digest = sha256(convert_to(u.password_hash, 'UTF8'))`,
      [hashOfToken(token), step, ATTEMPTS_MAX],
    );
    if (user === undefined) throw notValid();
    return user;
  }

  async countWrongCode(token: string): Promise<void> {
    await this.database.execute('UPDATE login_challenge SET attempts = attempts + 1 WHERE hash = $1', [
      hashOfToken(token),
    ]);
  }

  /** Of two concurrent uses, one wins. @throws DomainError `invalid` */
  async useWithin(sql: Sql, token: string): Promise<void> {
    const used = await sql.execute('DELETE FROM login_challenge WHERE hash = $1 AND expires_at > now()', [
      hashOfToken(token),
    ]);
    if (used === 0) throw notValid();
  }
}

/** Deletes challenges that expired before a time. Returns how many. */
export const forgetLoginChallenges = (sql: Sql, before: Date): Promise<number> =>
  sql.execute('DELETE FROM login_challenge WHERE expires_at < $1', [before]);
