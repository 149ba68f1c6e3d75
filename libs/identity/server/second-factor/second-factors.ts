import type { SecondFactorEnrolment } from '@icmp-mon/identity/contract';
import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { Injectable } from '@nestjs/common';
import { SecretBox } from '@icmp-mon/platform/secrets';
import { hashOfRecoveryCode } from './recovery-codes';
import { base32Text, matchingStep, newTotpSecret, otpauthUri } from './totp';

const ISSUER = 'ICMP-Mon';
/** How long a secret waits for its first code after the password was verified. */
const ENROLMENT_S = 15 * 60;
/** Codes in a row that are tried without a wait, of one user from anywhere: who tries them knows the password already. */
const BURST = 10;
/** Wait after the burst; it doubles with each further code. */
const WAIT_S = 6;
const WAIT_S_MAX = 15 * 60;

/** The code that matched, to be used up. */
export type CodeMatch = { kind: 'step'; step: number } | { kind: 'recovery'; hash: Buffer };

/** The first code that matched, with the stored secret whose code it is. */
interface FirstMatch {
  step: number;
  secret: Buffer;
}

interface FactorRow {
  secret: Buffer;
  last_step: string | null;
  now_ms: number;
}

/** Thrown after too many wrong codes; `retryAfterS` becomes the Retry-After header. */
export class TooManyCodes extends DomainError {
  constructor(readonly retryAfterS: number) {
    super('too_many_requests', `Too many wrong codes. Retry in ${retryAfterS} s.`);
  }
}

const codeUsed = (): DomainError =>
  new DomainError('invalid', 'The code was used already. Wait for the next one.', [
    { pointer: '#/code', detail: 'was used already' },
  ]);

const noSecondFactor = (): DomainError => new DomainError('conflict', 'There is no second factor.');

/** Stores second factors. Their secrets are encrypted, each code is accepted once, and wrong ones are counted in the database. */
@Injectable()
export class SecondFactors {
  constructor(
    private readonly database: ControlDatabase,
    private readonly box: SecretBox,
  ) {}

  /** Stores a new secret, which has no effect until a code confirms it. @throws DomainError `conflict` if a second factor is enabled */
  async beginEnrolment(userId: string, userName: string): Promise<SecondFactorEnrolment> {
    const secret = newTotpSecret();
    const text = base32Text(secret);
    const stored = await this.database.execute(
      `INSERT INTO second_factor AS f (user_id, secret) VALUES ($1, $2)
       ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, created_at = now(), attempts = 0, blocked_until = NULL
       WHERE f.enabled_at IS NULL`,
      [userId, this.box.sealText(secret.toString('hex'), userId)],
    );
    if (stored === 0) throw new DomainError('conflict', 'A second factor is enabled already. Disable it first.');
    return { secret: text, uri: otpauthUri(text, userName, ISSUER) };
  }

  /** Returns the match of the first code; null for a wrong code. @throws DomainError `conflict` without a recent enrolment */
  async matchFirstCode(userId: string, code: string): Promise<FirstMatch | null> {
    const row = await this.takeAttempt(
      userId,
      `enabled_at IS NULL AND created_at > now() - interval '${ENROLMENT_S} s'`,
    );
    if (row === null) throw new DomainError('conflict', 'The enrolment has expired. Begin it again.');
    const step = matchingStep(this.secretOf(userId, row), code.trim(), row.now_ms, null);
    return step === null ? null : { step, secret: row.secret };
  }

  /**
   * Returns what a code of the app or a recovery code uses up; null for a wrong one. Each call counts as an attempt, before the code is checked,
   * until `useWithin` resets the count: concurrent guesses are limited too.
   * @throws TooManyCodes; DomainError `conflict` if no second factor is enabled
   */
  async matchCode(userId: string, typed: string): Promise<CodeMatch | null> {
    const row = await this.takeAttempt(userId, 'enabled_at IS NOT NULL');
    if (row === null) throw noSecondFactor();
    const hash = hashOfRecoveryCode(typed);
    if (hash !== null) {
      const stored = 'SELECT 1 FROM recovery_code WHERE user_id = $1 AND hash = $2';
      return (await this.database.query(stored, [userId, hash])).length > 0 ? { kind: 'recovery', hash } : null;
    }
    const lastStep = row.last_step === null ? null : Number(row.last_step);
    const step = matchingStep(this.secretOf(userId, row), typed.replace(/\s/g, ''), row.now_ms, lastStep);
    return step === null ? null : { kind: 'step', step };
  }

  /** Uses up a code that matched. Of two concurrent uses of the same code, one wins. @throws DomainError `invalid` */
  async useWithin(sql: Sql, userId: string, match: CodeMatch): Promise<void> {
    if (match.kind === 'recovery') {
      const used = 'DELETE FROM recovery_code WHERE user_id = $1 AND hash = $2';
      if ((await sql.execute(used, [userId, match.hash])) === 0) throw codeUsed();
    }
    const accepted = await sql.execute(
      `UPDATE second_factor SET last_step = coalesce($2, last_step), attempts = 0, blocked_until = NULL
       WHERE user_id = $1 AND enabled_at IS NOT NULL AND ($2::bigint IS NULL OR last_step IS NULL OR last_step < $2)`,
      [userId, match.kind === 'step' ? match.step : null],
    );
    if (accepted === 0) throw codeUsed();
  }

  /** Enables the secret that the first code confirmed. @throws DomainError `conflict` if another one was enabled, or has replaced it */
  async enableWithin(sql: Sql, userId: string, { step, secret }: FirstMatch, codes: readonly string[]): Promise<void> {
    // Logins that verify a password at this time wait, and are refused then.
    await sql.query('SELECT 1 FROM user_account WHERE id = $1 FOR UPDATE', [userId]);
    const enabled = await sql.execute(
      `UPDATE second_factor SET enabled_at = now(), last_step = $2, attempts = 0, blocked_until = NULL
       WHERE user_id = $1 AND enabled_at IS NULL AND secret = $3`,
      [userId, step, secret],
    );
    if (enabled === 0) {
      throw new DomainError('conflict', 'The second factor was enabled, or begun again, by another request.');
    }
    await replaceRecoveryCodes(sql, userId, codes);
  }

  private async takeAttempt(userId: string, condition: string): Promise<FactorRow | null> {
    const [row] = await this.database.query<FactorRow>(
      `UPDATE second_factor SET attempts = attempts + 1, blocked_until = CASE WHEN attempts + 1 >= $2
         THEN now() + make_interval(secs => least($4, $3 * 2 ^ least(attempts + 1 - $2, 20))) END
       WHERE user_id = $1 AND ${condition} AND (blocked_until IS NULL OR blocked_until <= now())
       RETURNING secret, last_step, extract(epoch FROM now())::float8 * 1000 AS now_ms`,
      [userId, BURST, WAIT_S, WAIT_S_MAX],
    );
    if (row !== undefined) return row;
    const [blocked] = await this.database.query<{ wait_s: number }>(
      `SELECT ceil(extract(epoch FROM blocked_until - now()))::float8 AS wait_s FROM second_factor
       WHERE user_id = $1 AND ${condition} AND blocked_until > now()`,
      [userId],
    );
    if (blocked !== undefined) throw new TooManyCodes(Math.max(1, blocked.wait_s));
    return null;
  }

  private secretOf(userId: string, { secret }: FactorRow): Buffer {
    const text = this.box.openText(secret, userId);
    if (text !== null) return Buffer.from(text, 'hex');
    const detail =
      'The second factor cannot be read, because the secret file has changed. Ask an administrator to reset it.';
    throw new DomainError('conflict', detail);
  }
}

/** Replaces the recovery codes of a user. */
export async function replaceRecoveryCodes(sql: Sql, userId: string, codes: readonly string[]): Promise<void> {
  await sql.execute('DELETE FROM recovery_code WHERE user_id = $1', [userId]);
  await sql.execute(
    'INSERT INTO recovery_code (user_id, hash) SELECT $1, hash FROM unnest($2::bytea[]) AS made (hash)',
    [userId, codes.map(hashOfRecoveryCode)],
  );
}

/** Removes the second factor of a user, and logins that wait for it. Returns whether there was one, or an enrolment. */
export async function removeSecondFactor(sql: Sql, userId: string): Promise<boolean> {
  await sql.execute('DELETE FROM login_challenge WHERE user_id = $1', [userId]);
  return (await sql.execute('DELETE FROM second_factor WHERE user_id = $1', [userId])) > 0;
}
