import type { Role, Scope } from '@icmp-mon/identity/contract';
import { ShortCache } from '@icmp-mon/platform/batching';
import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { createLogger } from '@icmp-mon/platform/ops';
import { Injectable } from '@nestjs/common';
import { KNOWN_MS } from '../known-ms';
import {
  beginWithin,
  type BegunSession,
  hashOfToken,
  issueRefreshToken,
  type LoginClient,
  type PasswordProof,
} from './session-rows';

/** A login expires after this time without use. */
export const REFRESH_TOKEN_S = 24 * 3600;
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

const loggedOut = (): DomainError => new DomainError('unauthenticated', 'The login has ended. Log in again.');

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

  /** Begins a login of a user who needs no second step. @throws DomainError `unauthenticated` */
  beginSession(proof: PasswordProof, client: LoginClient): Promise<BegunSession> {
    return this.database.transaction((sql) => beginWithin(sql, proof, client));
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

  /** Returns the login of a refresh token; null if there is none. */
  async sessionOfToken(token: string): Promise<string | null> {
    const [row] = await this.database.query<{ session_id: string }>(
      'SELECT session_id FROM refresh_token WHERE hash = $1',
      [hashOfToken(token)],
    );
    return row?.session_id ?? null;
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
      [hashOfToken(token)],
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
    await sql.execute('UPDATE refresh_token SET used_at = now() WHERE hash = $1', [hashOfToken(token)]);
    return { user, refreshToken: await issueRefreshToken(sql, row.session_id) };
  }
}
