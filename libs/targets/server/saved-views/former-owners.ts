import { API_KEY_STREAM, type ApiKeyEvent, USER_STREAM, type UserEvent } from '@icmp-mon/identity/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { ERASED } from '@icmp-mon/platform/event-store';

/** Owners of one kind whose stream has an event. */
interface FormerOwners {
  kind: 'user' | 'api-key';
  category: string;
  type: UserEvent['type'] | ApiKeyEvent['type'];
}

const REMOVED_USERS: FormerOwners = { kind: 'user', category: USER_STREAM, type: 'UserRemoved' };
const ERASED_USERS: FormerOwners = { kind: 'user', category: USER_STREAM, type: 'UserErased' };
const REVOKED_KEYS: FormerOwners = { kind: 'api-key', category: API_KEY_STREAM, type: 'ApiKeyRevoked' };

const OWNERS = `SELECT owner FROM (SELECT DISTINCT owner FROM saved_view WHERE owner LIKE $1 || ':%') AS present
  WHERE EXISTS (SELECT FROM event WHERE stream = $2 || substr(owner, length($1) + 2) AND type = $3)`;

const ownersOf = ({ kind, category, type }: FormerOwners): string[] => [kind, `${category}-`, type];

/**
 * Deletes the own views of removed users and revoked API keys; shared ones stay, and after the erasure of a user have no name of their owner.
 * It is repeated, because an api process that has not noticed the removal yet may save another view.
 * @returns how many views it changed, at most `limit` of each kind
 */
export async function cleanFormerOwners(sql: Sql, limit: number): Promise<number> {
  const unsigned = await sql.execute(
    `UPDATE saved_view SET owner_name = $4 WHERE id IN (
       SELECT id FROM saved_view WHERE is_shared AND owner_name <> $4 AND owner IN (${OWNERS}) LIMIT $5)`,
    [...ownersOf(ERASED_USERS), ERASED, limit],
  );
  return (
    unsigned + (await deleteOwnViews(sql, REMOVED_USERS, limit)) + (await deleteOwnViews(sql, REVOKED_KEYS, limit))
  );
}

const deleteOwnViews = (sql: Sql, owners: FormerOwners, limit: number): Promise<number> =>
  sql.execute(
    `DELETE FROM saved_view WHERE id IN (
       SELECT id FROM saved_view WHERE NOT is_shared AND owner IN (${OWNERS}) LIMIT $4)`,
    [...ownersOf(owners), limit],
  );
