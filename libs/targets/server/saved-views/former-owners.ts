import { API_KEY_STREAM, type ApiKeyEvent, USER_STREAM, type UserEvent } from '@icmp-mon/identity/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { ERASED, type EventProjection } from '@icmp-mon/platform/event-store';

/** Deletes the own views of removed users; shared ones stay, and after an erasure have no name of their owner. */
export const VIEWS_OF_USERS: EventProjection<UserEvent> = {
  name: 'saved-views-of-users',
  category: USER_STREAM,
  async projectEvents(sql, events) {
    for (const { type, data } of events) {
      if (type === 'UserRemoved') await deleteOwnViews(sql, `user:${data.userId}`);
      else if (type === 'UserErased') await eraseOwner(sql, `user:${data.userId}`);
    }
  },
};

/** Deletes the own views of revoked API keys; shared ones stay. */
export const VIEWS_OF_API_KEYS: EventProjection<ApiKeyEvent> = {
  name: 'saved-views-of-api-keys',
  category: API_KEY_STREAM,
  async projectEvents(sql, events) {
    for (const { type, data } of events)
      if (type === 'ApiKeyRevoked') await deleteOwnViews(sql, `api-key:${data.keyId}`);
  },
};

async function deleteOwnViews(sql: Sql, owner: string): Promise<void> {
  await sql.execute('DELETE FROM saved_view WHERE owner = $1 AND NOT is_shared', [owner]);
}

async function eraseOwner(sql: Sql, owner: string): Promise<void> {
  await sql.execute('UPDATE saved_view SET owner_name = $2 WHERE owner = $1', [owner, ERASED]);
}
