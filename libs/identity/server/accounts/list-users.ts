import type { Role, UserView } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';

const USERS_MAX = 1_000;

interface UserRow {
  id: string;
  name: string;
  role: Role;
  created_at: Date;
  password_changed_at: Date | null;
  logins: number;
}

/** Lists accounts by name, with the number of their active logins; at most 1,000. */
export class ListUsers extends Query<{ items: UserView[] }> {}

@QueryHandler(ListUsers)
export class ListUsersHandler implements IQueryHandler<ListUsers> {
  constructor(private readonly database: ControlDatabase) {}

  async execute(): Promise<{ items: UserView[] }> {
    const rows = await this.database.query<UserRow>(
      `SELECT u.id, u.name, u.role, u.created_at, u.password_changed_at,
         (SELECT count(*) FROM login_session s WHERE s.user_id = u.id AND s.ended_at IS NULL AND s.expires_at > now()) AS logins
       FROM user_account u WHERE u.disabled_at IS NULL ORDER BY lower(u.name) LIMIT $1`,
      [USERS_MAX],
    );
    return { items: rows.map(userView) };
  }
}

const userView = ({ id, name, role, created_at, password_changed_at, logins }: UserRow): UserView => ({
  id,
  name,
  role,
  createdAt: created_at.toISOString(),
  passwordChangedAt: password_changed_at?.toISOString() ?? null,
  logins,
});
