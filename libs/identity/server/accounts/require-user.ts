import type { Sql } from '@icmp-mon/platform/database';
import { userNotFound } from './user';

/** @throws DomainError `not_found` for a user that never existed or was removed */
export async function requireUser(sql: Sql, userId: string): Promise<void> {
  const [user] = await sql.query('SELECT 1 FROM user_account WHERE id = $1 AND removed_at IS NULL', [userId]);
  if (user === undefined) throw userNotFound(userId);
}
