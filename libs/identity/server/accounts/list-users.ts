import type { Role, Scope, SignInWay, UserState, UserView } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';

/** Maximum number of users that are not removed. */
export const USERS_MAX = 1_000;

interface UserRow {
  id: string;
  name: string;
  role: Role;
  scope: Scope;
  state: UserState;
  created_at: Date;
  password_changed_at: Date | null;
  link_expires_at: Date | null;
  has_second_factor: boolean;
  signs_in: SignInWay;
  logins: number;
}

/** Lists users by name, with the number of their active logins; not the removed ones. */
export class ListUsers extends Query<{ items: UserView[] }> {}

@QueryHandler(ListUsers)
export class ListUsersHandler implements IQueryHandler<ListUsers> {
  constructor(private readonly database: ControlDatabase) {}

  async execute(): Promise<{ items: UserView[] }> {
    const rows = await this.database.query<UserRow>(
      `SELECT u.id, u.name, u.role, u.scope, u.created_at, u.password_changed_at, l.expires_at AS link_expires_at,
         CASE WHEN u.disabled_at IS NOT NULL THEN 'disabled' WHEN u.password_hash IS NULL AND u.issuer IS NULL THEN 'invited' ELSE 'active' END AS state,
         EXISTS (SELECT 1 FROM second_factor f WHERE f.user_id = u.id AND f.enabled_at IS NOT NULL) AS has_second_factor,
         CASE WHEN u.issuer IS NULL THEN 'password' ELSE 'single-sign-on' END AS signs_in,
         (SELECT count(*) FROM login_session s WHERE s.user_id = u.id AND s.ended_at IS NULL AND s.expires_at > now()) AS logins
       FROM user_account u LEFT JOIN password_link l ON l.user_id = u.id AND l.expires_at > now()
       WHERE u.removed_at IS NULL ORDER BY lower(u.name) LIMIT $1`,
      [USERS_MAX],
    );
    return { items: rows.map(userView) };
  }
}

const userView = (row: UserRow): UserView => ({
  id: row.id,
  name: row.name,
  role: row.role,
  scope: row.scope,
  state: row.state,
  createdAt: row.created_at.toISOString(),
  passwordChangedAt: row.password_changed_at?.toISOString() ?? null,
  linkExpiresAt: row.link_expires_at?.toISOString() ?? null,
  hasSecondFactor: row.has_second_factor,
  signsIn: row.signs_in,
  logins: row.logins,
});
