import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';

/**
 * Throws for the last user with the role admin who can log in. It locks the accounts of all of them, in one order: of two administrators who
 * demote each other at the same time, one is refused.
 * @throws DomainError `conflict`
 */
export async function requireOtherAdmin(sql: Sql, userId: string): Promise<void> {
  const admins = await sql.query<{ id: string }>(
    `SELECT id FROM user_account WHERE role = 'admin' AND disabled_at IS NULL AND password_hash IS NOT NULL
     ORDER BY id FOR UPDATE`,
  );
  if (admins.length === 1 && admins[0].id === userId) {
    throw new DomainError(
      'conflict',
      'This is the last administrator who can log in. Give another active user the role admin first.',
    );
  }
}
