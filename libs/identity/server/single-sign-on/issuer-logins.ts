import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { Injectable } from '@nestjs/common';
import { SecretBox } from '@icmp-mon/platform/secrets';
import { type BegunSession, hashOfToken, insertSession, type LoginClient, SESSION_S } from '../sessions/session-rows';
import type { IssuerIdentity } from './issuer';
import { PENDING_S } from './pending-sign-ins';
import { SignInRefused } from './sign-in-refused';

/** A login ends after this time unless the issuer has confirmed it since: its refresh token, if there is one, confirms it at each renewal. */
const UNCONFIRMED_S = 12 * 3600;
/** Least time between two questions about one login. */
const CONFIRMED_S = 60;
/** A longer hint would not fit into an address. */
const ID_TOKEN_LENGTH_MAX = 4_000;

/** The issuer's tokens of a login. */
interface IssuerGrant {
  refreshToken: string | null;
  idToken: string | null;
}

export interface DueGrant extends IssuerGrant {
  issuer: string;
  subject: string;
}

const grantOf = ({ refreshToken, idToken }: IssuerIdentity): IssuerGrant => ({
  refreshToken,
  idToken: idToken !== null && idToken.length <= ID_TOKEN_LENGTH_MAX ? idToken : null,
});

/** Stores which logins an issuer vouches for, with its tokens encrypted. */
@Injectable()
export class IssuerLogins {
  constructor(
    private readonly database: ControlDatabase,
    private readonly box: SecretBox,
  ) {}

  /**
   * Begins a login within a transaction. Of two uses of one sign-in, one wins; a user who was disabled or removed in the meantime is refused.
   * @throws SignInRefused `expired`, `disabled`, `removed`
   */
  async beginWithin(
    sql: Sql,
    userId: string,
    state: string,
    identity: IssuerIdentity,
    client: LoginClient,
  ): Promise<BegunSession> {
    const used = await sql.execute(
      `INSERT INTO used_sign_in (hash, expires_at) VALUES ($1, now() + make_interval(secs => $2)) ON CONFLICT DO NOTHING`,
      [hashOfToken(state), 2 * PENDING_S],
    );
    if (used === 0) throw new SignInRefused('expired', 'the sign-in was finished already');
    await requireActive(sql, userId);
    const begun = await insertSession(sql, userId, client, UNCONFIRMED_S);
    await sql.execute('INSERT INTO issuer_login (session_id, grant_box) VALUES ($1, $2)', [
      begun.sessionId,
      this.sealGrant(begun.sessionId, grantOf(identity)),
    ]);
    return begun;
  }

  /** Returns the grant of a login that is due to be confirmed, and keeps others from asking at the same time; null if none is. */
  async takeDue(sessionId: string): Promise<DueGrant | null> {
    const [row] = await this.database.query<{ grant_box: Buffer; issuer: string; subject: string }>(
      `UPDATE issuer_login l SET asking_until = now() + interval '30 s'
       FROM login_session s JOIN user_account u ON u.id = s.user_id
       WHERE l.session_id = $1 AND s.id = l.session_id AND u.subject IS NOT NULL
         AND l.confirmed_at < now() - make_interval(secs => $2) AND (l.asking_until IS NULL OR l.asking_until < now())
       RETURNING l.grant_box, u.issuer, u.subject`,
      [sessionId, CONFIRMED_S],
    );
    if (row === undefined) return null;
    return { ...this.openGrant(sessionId, row.grant_box), issuer: row.issuer, subject: row.subject };
  }

  /** Stores that the issuer has confirmed a login, which then lasts longer. */
  async extendLogin(sessionId: string, identity: IssuerIdentity): Promise<void> {
    await this.database.transaction(async (sql) => {
      await sql.execute(
        'UPDATE issuer_login SET confirmed_at = now(), asking_until = NULL, grant_box = $2 WHERE session_id = $1',
        [sessionId, this.sealGrant(sessionId, grantOf(identity))],
      );
      await sql.execute(
        `UPDATE login_session SET expires_at = least(created_at + make_interval(secs => $2), now() + make_interval(secs => $3))
         WHERE id = $1 AND ended_at IS NULL`,
        [sessionId, SESSION_S, UNCONFIRMED_S],
      );
    });
  }

  /** Lets the next renewal ask again. */
  async release(sessionId: string): Promise<void> {
    await this.database.execute('UPDATE issuer_login SET asking_until = NULL WHERE session_id = $1', [sessionId]);
  }

  /** Returns the issuer's tokens of a login; null for a login with a password. */
  async readGrant(sessionId: string): Promise<IssuerGrant | null> {
    const [row] = await this.database.query<{ grant_box: Buffer }>(
      'SELECT grant_box FROM issuer_login WHERE session_id = $1',
      [sessionId],
    );
    return row === undefined ? null : this.openGrant(sessionId, row.grant_box);
  }

  private sealGrant(sessionId: string, grant: IssuerGrant): Buffer {
    return this.box.sealText(JSON.stringify(grant), sessionId);
  }

  /** With another secret file the tokens cannot be read: then the issuer confirms nothing, and the login ends on time. */
  private openGrant(sessionId: string, box: Buffer): IssuerGrant {
    const text = this.box.openText(box, sessionId);
    return text === null ? { refreshToken: null, idToken: null } : (JSON.parse(text) as IssuerGrant);
  }
}

/** @throws SignInRefused `disabled`, `removed`; otherwise the user is neither before the transaction ends */
async function requireActive(sql: Sql, userId: string): Promise<void> {
  const [user] = await sql.query<{ isDisabled: boolean; isRemoved: boolean }>(
    `SELECT disabled_at IS NOT NULL AS "isDisabled", removed_at IS NOT NULL AS "isRemoved" FROM user_account
     WHERE id = $1 AND subject IS NOT NULL FOR SHARE`,
    [userId],
  );
  if (user === undefined || user.isRemoved) throw new SignInRefused('removed', 'the user was removed just now');
  if (user.isDisabled) throw new SignInRefused('disabled', 'the user is disabled');
}

/** Deletes sign-ins that were finished and can no longer be repeated. Returns how many. */
export const forgetUsedSignIns = (sql: Sql, before: Date): Promise<number> =>
  sql.execute('DELETE FROM used_sign_in WHERE expires_at < $1', [before]);
