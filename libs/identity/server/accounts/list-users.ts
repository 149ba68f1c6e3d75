import type { Role, UserView } from '@icmp-mon/identity/contract';
import type { Sql } from '@icmp-mon/platform/database';

const USERS_MAX = 1_000;

interface UserRow {
  id: string;
  name: string;
  role: Role;
  created_at: Date;
  password_changed_at: Date | null;
  logins: number;
}

/** Accounts by name, with the number of their logins that run. */
export async function listUsers(sql: Sql): Promise<UserView[]> {
  const rows = await sql.query<UserRow>(
    `SELECT u.id, u.name, u.role, u.created_at, u.password_changed_at,
       (SELECT count(*) FROM login_session s WHERE s.user_id = u.id AND s.ended_at IS NULL AND s.expires_at > now()) AS logins
     FROM user_account u WHERE u.disabled_at IS NULL ORDER BY lower(u.name) LIMIT $1`,
    [USERS_MAX],
  );
  return rows.map(({ id, name, role, created_at, password_changed_at, logins }) => ({
    id,
    name,
    role,
    createdAt: created_at.toISOString(),
    passwordChangedAt: password_changed_at?.toISOString() ?? null,
    logins,
  }));
}
