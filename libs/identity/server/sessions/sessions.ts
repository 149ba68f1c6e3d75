import { createHash, randomBytes } from 'node:crypto';
import type { Role, Scope } from '@icmp-mon/identity/contract';
import { ShortCache } from '@icmp-mon/platform/batching';
import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { newId } from '@icmp-mon/platform/ids';
import { createLogger } from '@icmp-mon/platform/ops';
import { Injectable } from '@nestjs/common';
import { KNOWN_MS } from '../known-ms';

/** A login expires after this time without use, and after `SESSION_S` in any case. */
export const REFRESH_TOKEN_S = 24 * 3600;
const SESSION_S = 14 * 24 * 3600;
/** Two tabs may refresh with the same token at the same time: a second use within this time is not taken for theft. */
const SAME_TIME_S = 10;
const ENDED_KEPT_MS = 5_000;
const ENDED_KEPT_MAX = 10_000;
const logger = createLogger('sessions');

/** Role and scope of the user of a login. */
export interface UserAccess {
  role: Role;
  scope: Scope;
}

export interface SessionUser extends UserAccess {
  userId: string;
  name: string;
  sessionId: string;
}

/** Client of a login, as shown to its user. */
export interface LoginClient {
  address: string | null;
  userAgent: string | null;
}

export interface Refreshed {
  user: SessionUser;
  /** Null if another tab received the next token a moment ago. */
  refreshToken: string | null;
}

interface TokenRow {
  session_id: string;
  used_s: number | null;
  age_s: number;
  usable: boolean;
  user_id: string;
  name: string;
  role: Role;
  scope: Scope;
}

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

const loggedOut = (): DomainError => new DomainError('unauthenticated', 'The login has ended. Log in again.');

export const wrongPassword = (): DomainError => new DomainError('unauthenticated', 'User or password is wrong.');

/** Stores logins. Each is a chain of refresh tokens that are valid once. */
@Injectable()
export class Sessions {
  /** Access of the user of each active login; null for a login that is not active. */
  private readonly running = new ShortCache<UserAccess | null>({
    entriesMax: ENDED_KEPT_MAX,
    keptMs: (tookMs) => ENDED_KEPT_MS - tookMs,
    sharedMs: ENDED_KEPT_MS,
    recalledMs: KNOWN_MS,
  });

  constructor(private readonly database: ControlDatabase) {}

  /**
   * Begins a login with a password that matched `passwordHash`. A change of the password, or of the user's state, that was stored in the
   * meantime refuses it; one that comes later waits for the lock, and then ends this login too.
   * @throws DomainError `unauthenticated`
   */
  async beginSession(
    { userId, passwordHash }: { userId: string; passwordHash: string },
    client: LoginClient,
  ): Promise<{ sessionId: string; refreshToken: string }> {
    const sessionId = newId();
    return this.database.transaction(async (sql) => {
      const [current] = await sql.query(
        'SELECT 1 FROM user_account WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL FOR SHARE',
        [userId, passwordHash],
      );
      if (current === undefined) throw wrongPassword();
      await sql.execute(
        `INSERT INTO login_session (id, user_id, expires_at, address, user_agent)
         VALUES ($1, $2, now() + make_interval(secs => $3), $4, $5)`,
        [sessionId, userId, SESSION_S, client.address, client.userAgent],
      );
      return { sessionId, refreshToken: await issue(sql, sessionId) };
    });
  }

  /**
   * Exchanges a refresh token for the next one. A token that is used a second time was stolen or copied, so the whole login ends.
   * @throws DomainError `unauthenticated`
   */
  async refreshSession(token: string): Promise<Refreshed> {
    const outcome = await this.database.transaction((sql) => this.refreshWithin(sql, token));
    if (outcome === null) throw loggedOut();
    return outcome;
  }

  async endSession(sessionId: string): Promise<void> {
    await this.database.execute('UPDATE login_session SET ended_at = now() WHERE id = $1 AND ended_at IS NULL', [
      sessionId,
    ]);
    this.running.forgetKey(sessionId);
  }

  /** Ends the login of a refresh token, if there is one. */
  async endByToken(token: string): Promise<void> {
    const [row] = await this.database.query<{ session_id: string }>(
      'SELECT session_id FROM refresh_token WHERE hash = $1',
      [hashOf(token)],
    );
    if (row !== undefined) await this.endSession(row.session_id);
  }

  /** Ends all logins of a user within a transaction, except one. The caller runs `forgetEnded` after the commit. */
  async endAllWithin(sql: Sql, userId: string, exceptId: string | null = null): Promise<void> {
    await sql.execute(
      `UPDATE login_session SET ended_at = now()
       WHERE user_id = $1 AND ended_at IS NULL AND ($2::uuid IS NULL OR id <> $2)`,
      [userId, exceptId],
    );
  }

  /** Expires the cache, so that the next request of every login queries the database: after the end of logins, and after changes to users. */
  forgetEnded(): void {
    this.running.expireAll();
  }

  /** Returns the access of a login's user at the last query, at most some minutes ago; null if the login was not active. */
  lastAccessOf(sessionId: string): UserAccess | null {
    return this.running.recallStale(sessionId) ?? null;
  }

  /**
   * Returns the access of an active login's user; null after the login was ended or its user was disabled. Changes have an effect immediately in
   * the process that made them, and after at most 5 s in others.
   */
  accessOf(sessionId: string): Promise<UserAccess | null> {
    return this.running.get(sessionId, async () => {
      const [row] = await this.database.query<UserAccess>(
        `SELECT u.role, u.scope FROM login_session s JOIN user_account u ON u.id = s.user_id
         WHERE s.id = $1 AND s.ended_at IS NULL AND s.expires_at > now() AND u.disabled_at IS NULL`,
        [sessionId],
      );
      return row ?? null;
    });
  }

  private async refreshWithin(sql: Sql, token: string): Promise<Refreshed | null> {
    const [row] = await sql.query<TokenRow>(
      `SELECT t.session_id, u.id AS user_id, u.name, u.role, u.scope,
         extract(epoch FROM now() - t.used_at)::float8 AS used_s,
         extract(epoch FROM now() - t.created_at)::float8 AS age_s,
         s.ended_at IS NULL AND s.expires_at > now() AND u.disabled_at IS NULL AS usable
       FROM refresh_token t JOIN login_session s ON s.id = t.session_id JOIN user_account u ON u.id = s.user_id
       WHERE t.hash = $1 FOR UPDATE OF t`,
      [hashOf(token)],
    );
    if (row === undefined || !row.usable || row.age_s > REFRESH_TOKEN_S) return null;
    const { user_id: userId, name, role, scope, session_id: sessionId } = row;
    const user = { userId, name, role, scope, sessionId };
    if (row.used_s !== null) {
      if (row.used_s <= SAME_TIME_S) return { user, refreshToken: null };
      logger.warn({ sessionId: row.session_id, userId: row.user_id }, 'refresh token reused: login ended');
      await sql.execute('UPDATE login_session SET ended_at = now() WHERE id = $1', [row.session_id]);
      this.running.forgetKey(row.session_id);
      return null;
    }
    await sql.execute('UPDATE refresh_token SET used_at = now() WHERE hash = $1', [hashOf(token)]);
    return { user, refreshToken: await issue(sql, row.session_id) };
  }
}

async function issue(sql: Sql, sessionId: string): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await sql.execute('INSERT INTO refresh_token (hash, session_id) VALUES ($1, $2)', [hashOf(token), sessionId]);
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
