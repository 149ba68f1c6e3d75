import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import type { Principal } from '@icmp-mon/platform/http';
import { parseFilter, type SavedView, type SavedViewQuery, type SaveViewRequest } from '@icmp-mon/targets/contract';

export interface SavedViewRow {
  id: string;
  owner: string;
  owner_name: string;
  name: string;
  query: SavedViewQuery;
  is_shared: boolean;
  version: number;
}

export const SAVED_VIEW_COLUMNS = 'id, owner, owner_name, name, query, is_shared, version';

export const ownerOf = ({ kind, id }: Principal): string => `${kind}:${id}`;

export const savedView = (row: SavedViewRow, owner: string): SavedView => ({
  id: row.id,
  name: row.name,
  query: row.query,
  isShared: row.is_shared,
  isOwn: row.owner === owner,
  ownerName: row.owner_name,
  version: row.version,
});

/** @throws DomainError `forbidden` if the caller may not share views or has a scope, `invalid` for a fault of the filter */
export function checkView({ query, isShared = false }: SaveViewRequest, caller: Principal): void {
  if (isShared && !caller.permissions.includes('targets:write')) {
    throw new DomainError('forbidden', 'Sharing a view requires the permission targets:write. Save it for yourself.');
  }
  if (isShared && caller.scope !== null) {
    throw new DomainError('forbidden', 'With a scope you cannot share a view. Save it for yourself.');
  }
  const parsed = parseFilter(query.filter ?? '');
  if ((query.filter ?? '').trim() === '' || parsed.ok) return;
  const { detail } = parsed.fault;
  throw new DomainError('invalid', detail, [{ pointer: '#/query/filter', detail }]);
}

/** Saves the views of one owner one after the other until the transaction ends, so that limit and names hold. */
export async function lockViewsOf(sql: Sql, owner: string): Promise<void> {
  await sql.execute('SELECT pg_advisory_xact_lock(hashtext($1))', [`saved_view ${owner}`]);
}

/** Returns the error for a name that another view of the same owner has. */
export function nameTaken(name: string): DomainError {
  const detail = `You already have a view named "${name}". Replace or delete it, or choose another name.`;
  return new DomainError('conflict', detail, [{ pointer: '#/name', detail }]);
}
