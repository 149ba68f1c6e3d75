import type { Role, Scope, UserEvent } from '@icmp-mon/identity/contract';
import { ControlDatabase, isUniqueViolation, type Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { Injectable } from '@nestjs/common';
import { USERS_MAX } from '../accounts/list-users';
import { followIssuer } from '../accounts/follow-issuer';
import { registerUser, USER, type UserState } from '../accounts/user';
import { Sessions } from '../sessions/sessions';
import type { IssuerIdentity } from './issuer';
import { shownNameOf } from './issuer-claims';
import { accessOfGroups, type GroupAccess } from './role-mapping';
import { SignInRefused } from './sign-in-refused';
import type { SingleSignOnOptions } from './single-sign-on-options';

interface IssuerUser {
  userId: string;
  name: string;
  role: Role;
  scope: Scope;
}

interface UserRow extends IssuerUser {
  isDisabled: boolean;
}

const METADATA = { actor: 'system:single-sign-on', causationId: null };

/** Keeps the users of the issuer: identified by issuer and subject only, with role and scope of their groups. */
@Injectable()
export class IssuerUsers {
  constructor(
    private readonly database: ControlDatabase,
    private readonly store: EventStore,
    private readonly sessions: Sessions,
    private readonly options: SingleSignOnOptions,
  ) {}

  /**
   * Returns the user of an identity with role and scope of its groups; registers the user at the first sign-in. A local user with the same name or
   * address is another user.
   * @throws SignInRefused `disabled`, `removed`, `no-role`, `full`
   */
  async userOf(identity: IssuerIdentity, correlationId: string): Promise<IssuerUser> {
    const access = accessOfGroups(identity.groups, this.options.groupRoles);
    const known = await this.findUser(identity.subject);
    if (known === undefined) {
      if (access === null) throw noRole(identity);
      return this.registerUser(identity, access, correlationId);
    }
    if (known.isDisabled) throw new SignInRefused('disabled', `the user ${known.userId} is disabled`);
    if (access === null) {
      await this.endAll(known.userId);
      throw noRole(identity);
    }
    // An unlimited user whose role is that of the groups already has their access: most sign-ins change nothing.
    if (access.role === known.role && access.scope === null && known.scope === null) return known;
    await this.setAccess(known.userId, access, correlationId);
    const user = await this.findUser(identity.subject);
    if (user === undefined) throw new SignInRefused('removed', `the user ${known.userId} was removed just now`);
    return user;
  }

  /** Ends all logins of a user who lost access. */
  private async endAll(userId: string): Promise<void> {
    await this.database.transaction((sql) => this.sessions.endAllWithin(sql, userId));
    this.sessions.forgetEnded();
  }

  private async findUser(subject: string): Promise<UserRow | undefined> {
    const [row] = await this.database.query<UserRow>(
      `SELECT id AS "userId", name, role, scope, disabled_at IS NOT NULL AS "isDisabled" FROM user_account
       WHERE issuer = $1 AND subject = $2 AND removed_at IS NULL`,
      [this.options.issuer, subject],
    );
    return row;
  }

  /** @throws SignInRefused `removed` */
  private async setAccess(userId: string, access: GroupAccess, correlationId: string): Promise<void> {
    const follow = (state: UserState) => followIssuer(state, userId, access);
    try {
      const { events } = await this.store.execute(USER, userId, follow, {
        metadata: { ...METADATA, correlationId },
        within: (sql, appended) => storeAccess(sql, userId, appended as unknown as UserEvent[]),
      });
      if (events.length > 0) this.sessions.forgetEnded();
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'not_found') throw error;
      throw new SignInRefused('removed', `the user ${userId} was removed during the sign-in`, { cause: error });
    }
  }

  private async registerUser(
    identity: IssuerIdentity,
    access: GroupAccess,
    correlationId: string,
  ): Promise<IssuerUser> {
    const [{ users }] = await this.database.query<{ users: number }>(
      'SELECT count(*) AS users FROM user_account WHERE removed_at IS NULL',
    );
    if (users >= USERS_MAX) throw new SignInRefused('full', `the limit of ${USERS_MAX} users is reached`);
    const userId = newId();
    const shown = shownNameOf(identity.claims, identity.subject);
    for (const name of [shown, `${shown} (sso)`, `${shown} (${userId.slice(-8)})`]) {
      try {
        await this.insertUser({ userId, name, ...access }, identity.subject, correlationId);
        return { userId, name, ...access };
      } catch (error) {
        // Another request registered the same person.
        if (isUniqueViolation(error, 'user_account_identity')) return this.userOf(identity, correlationId);
        if (!isUniqueViolation(error, 'user_account_name')) throw error;
      }
    }
    throw new SignInRefused('rejected', 'no free name was found for the user');
  }

  private async insertUser(user: IssuerUser, subject: string, correlationId: string): Promise<void> {
    const { issuer } = this.options;
    const { userId, name, role, scope } = user;
    const registered = registerUser({ kind: 'absent' }, userId, { role, name, scope, identity: { issuer, subject } });
    await this.store.execute(USER, userId, () => registered, {
      metadata: { ...METADATA, correlationId },
      within: async (sql) => {
        await sql.execute(
          'INSERT INTO user_account (id, name, role, scope, issuer, subject) VALUES ($1, $2, $3, $4, $5, $6)',
          [userId, name, role, scope, issuer, subject],
        );
      },
    });
  }
}

/** One statement per event: in their order, no administrator has a scope at any time. */
async function storeAccess(sql: Sql, userId: string, events: readonly UserEvent[]): Promise<void> {
  for (const { type, data } of events) {
    if (type === 'UserRoleChanged')
      await sql.execute('UPDATE user_account SET role = $2 WHERE id = $1', [userId, data.role]);
    if (type === 'UserScopeChanged')
      await sql.execute('UPDATE user_account SET scope = $2 WHERE id = $1', [userId, data.scope]);
  }
}

const noRole = ({ groups }: IssuerIdentity): SignInRefused =>
  new SignInRefused('no-role', `none of the person's ${groups.length} groups has a role`);
