import { createHash, randomBytes } from 'node:crypto';
import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { newId } from '@icmp-mon/platform/ids';

/** A login ends after this time in any case. */
export const SESSION_S = 14 * 24 * 3600;

/** Client of a login, as shown to its user. */
export interface LoginClient {
  address: string | null;
  userAgent: string | null;
}

export interface BegunSession {
  sessionId: string;
  refreshToken: string;
}

/** Proof of a person: the password that matched `passwordHash`, and a second factor if `hasSecondFactor`. */
export interface PasswordProof {
  userId: string;
  passwordHash: string;
  hasSecondFactor: boolean;
}

export const wrongPassword = (): DomainError => new DomainError('unauthenticated', 'User or password is wrong.');

export const hashOfToken = (token: string): Buffer => createHash('sha256').update(token).digest();

/**
 * Begins a login within a transaction. A change of the password or of the user's state that was stored since the check refuses it, and so does
 * a second factor that was enabled since; a change that comes later waits for the lock, and then ends this login too.
 * @throws DomainError `unauthenticated`
 */
export async function beginWithin(sql: Sql, proof: PasswordProof, client: LoginClient): Promise<BegunSession> {
  const { userId, passwordHash, hasSecondFactor } = proof;
  const [current] = await sql.query(
    'SELECT 1 FROM user_account WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL FOR SHARE',
    [userId, passwordHash],
  );
  if (current === undefined) throw wrongPassword();
  // A statement of its own, which sees what was committed while the first one waited.
  const enabled = 'SELECT 1 FROM second_factor WHERE user_id = $1 AND enabled_at IS NOT NULL';
  if (!hasSecondFactor && (await sql.query(enabled, [userId])).length > 0) throw wrongPassword();
  return insertSession(sql, userId, client, SESSION_S);
}

/** Stores a login that ends after `validS` seconds. The caller has verified who begins it. */
export async function insertSession(
  sql: Sql,
  userId: string,
  client: LoginClient,
  validS: number,
): Promise<BegunSession> {
  const sessionId = newId();
  await sql.execute(
    `INSERT INTO login_session (id, user_id, expires_at, address, user_agent)
     VALUES ($1, $2, now() + make_interval(secs => $3), $4, $5)`,
    [sessionId, userId, validS, client.address, client.userAgent],
  );
  return { sessionId, refreshToken: await issueRefreshToken(sql, sessionId) };
}

export async function issueRefreshToken(sql: Sql, sessionId: string): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await sql.execute('INSERT INTO refresh_token (hash, session_id) VALUES ($1, $2)', [hashOfToken(token), sessionId]);
  return token;
}

/** Deletes logins that ended or expired before a time, with their tokens; at most `limit`. Returns how many. */
export async function forgetSessions(sql: Sql, olderThan: Date, limit = 10_000): Promise<number> {
  return sql.execute(
    `DELETE FROM login_session WHERE id IN (
       SELECT id FROM login_session WHERE expires_at < $1 OR ended_at < $1 LIMIT $2)`,
    [olderThan, limit],
  );
}
