import type { Role, Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase, isUniqueViolation } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { Injectable } from '@nestjs/common';
import { USERS_MAX } from '../accounts/list-users';
import { followIssuer, registerUser, USER } from '../accounts/user';
import { Sessions } from '../sessions/sessions';
import type { IssuerIdentity } from './issuer';
import { shownNameOf } from './issuer-claims';
import { roleOfGroups } from './role-mapping';
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

/** Keeps the users of the issuer: identified by issuer and subject only, with the role of their groups. */
@Injectable()
export class IssuerUsers {
  constructor(
    private readonly database: ControlDatabase,
    private readonly store: EventStore,
    private readonly sessions: Sessions,
    private readonly options: SingleSignOnOptions,
  ) {}

  /**
   * Returns the user of an identity with the role of its groups; registers the user at the first sign-in. A local user with the same name or
   * address is another user.
   * @throws SignInRefused `disabled`, `no-role`, `full`
   */
  async userOf(identity: IssuerIdentity, correlationId: string): Promise<IssuerUser> {
    const role = roleOfGroups(identity.groups, this.options.groupRoles);
    const known = await this.findUser(identity.subject);
    if (known === undefined) {
      if (role === null) throw noRole(identity);
      return this.registerUser(identity, role, correlationId);
    }
    if (known.isDisabled) throw new SignInRefused('disabled', `the user ${known.userId} is disabled`);
    if (role === null) {
      await this.endAll(known.userId);
      throw noRole(identity);
    }
    return { ...known, role: await this.setRole(known, role, correlationId) };
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

  private async setRole(user: UserRow, mapped: Role, correlationId: string): Promise<Role> {
    // An administrator cannot be limited by a scope.
    const role = user.scope !== null && mapped === 'admin' ? 'engineer' : mapped;
    if (role === user.role) return role;
    await this.store.execute(USER, user.userId, (state) => followIssuer(state, user.userId, role), {
      metadata: { ...METADATA, correlationId },
      within: async (sql) => {
        await sql.execute('UPDATE user_account SET role = $2 WHERE id = $1', [user.userId, role]);
      },
    });
    this.sessions.forgetEnded();
    return role;
  }

  private async registerUser(identity: IssuerIdentity, role: Role, correlationId: string): Promise<IssuerUser> {
    const [{ users }] = await this.database.query<{ users: number }>(
      'SELECT count(*) AS users FROM user_account WHERE removed_at IS NULL',
    );
    if (users >= USERS_MAX) throw new SignInRefused('full', `the limit of ${USERS_MAX} users is reached`);
    const userId = newId();
    const shown = shownNameOf(identity.claims, identity.subject);
    for (const name of [shown, `${shown} (sso)`, `${shown} (${userId.slice(-8)})`]) {
      try {
        await this.insertUser({ userId, name, role, scope: null }, identity.subject, correlationId);
        return { userId, name, role, scope: null };
      } catch (error) {
        // Another request registered the same person.
        if (isUniqueViolation(error, 'user_account_identity')) return this.userOf(identity, correlationId);
        if (!isUniqueViolation(error, 'user_account_name')) throw error;
      }
    }
    throw new SignInRefused('rejected', 'no free name was found for the user');
  }

  private async insertUser({ userId, name, role }: IssuerUser, subject: string, correlationId: string): Promise<void> {
    const { issuer } = this.options;
    const registered = registerUser({ kind: 'absent' }, userId, { role, name, identity: { issuer, subject } });
    await this.store.execute(USER, userId, () => registered, {
      metadata: { ...METADATA, correlationId },
      within: async (sql) => {
        await sql.execute('INSERT INTO user_account (id, name, role, issuer, subject) VALUES ($1, $2, $3, $4, $5)', [
          ...[userId, name, role, issuer, subject],
        ]);
      },
    });
  }
}

const noRole = ({ groups }: IssuerIdentity): SignInRefused =>
  new SignInRefused('no-role', `none of the person's ${groups.length} groups has a role`);
