import type { LoginView } from '@icmp-mon/identity/contract';
import type { Sql } from '@icmp-mon/platform/database';

const LOGINS_MAX = 200;

interface LoginRow {
  id: string;
  created_at: Date;
  last_used_at: Date | null;
  expires_at: Date;
  address: string | null;
  user_agent: string | null;
}

/** A user's logins that run, the one used last first, at most 200. */
export async function listLogins(sql: Sql, userId: string, currentId: string | null): Promise<LoginView[]> {
  const rows = await sql.query<LoginRow>(
    `SELECT s.id, s.created_at, s.expires_at, s.address, s.user_agent,
       (SELECT max(t.created_at) FROM refresh_token t WHERE t.session_id = s.id) AS last_used_at
     FROM login_session s WHERE s.user_id = $1 AND s.ended_at IS NULL AND s.expires_at > now()
     ORDER BY last_used_at DESC NULLS LAST, s.id DESC LIMIT $2`,
    [userId, LOGINS_MAX],
  );
  return rows.map((row) => ({
    id: row.id,
    createdAt: row.created_at.toISOString(),
    lastUsedAt: (row.last_used_at ?? row.created_at).toISOString(),
    expiresAt: row.expires_at.toISOString(),
    address: row.address,
    userAgent: row.user_agent,
    isCurrent: row.id === currentId,
  }));
}
