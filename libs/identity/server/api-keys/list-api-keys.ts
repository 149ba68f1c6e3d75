import type { ApiKeyView, Permission, Role, Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';

/** Maximum number of listed keys. Valid keys come first, so that revoked ones never displace them. */
const LISTED_MAX = 2_000;

interface ApiKeyRow {
  id: string;
  name: string;
  role: Role;
  permissions: Permission[] | null;
  scope: Scope;
  created_at: Date;
  created_by: string | null;
  created_by_name: string | null;
  last_used_at: Date | null;
  expires_at: Date | null;
  revoked_at: Date | null;
}

/** Lists API keys by name, revoked ones last, without secrets. */
export class ListApiKeys extends Query<{ items: ApiKeyView[] }> {}

@QueryHandler(ListApiKeys)
export class ListApiKeysHandler implements IQueryHandler<ListApiKeys> {
  constructor(private readonly database: ControlDatabase) {}

  async execute(): Promise<{ items: ApiKeyView[] }> {
    const rows = await this.database.query<ApiKeyRow>(
      `SELECT k.id, k.name, k.role, k.permissions, k.scope, k.created_at, k.created_by, k.last_used_at, k.expires_at, k.revoked_at,
         coalesce(u.name, creator.name) AS created_by_name
       FROM api_key k
       LEFT JOIN user_account u ON k.created_by = 'user:' || u.id
       LEFT JOIN api_key creator ON k.created_by = 'api-key:' || creator.id
       ORDER BY k.revoked_at DESC NULLS FIRST, lower(k.name), k.id LIMIT $1`,
      [LISTED_MAX],
    );
    return { items: rows.map(keyView) };
  }
}

const keyView = (row: ApiKeyRow): ApiKeyView => ({
  id: row.id,
  name: row.name,
  role: row.role,
  permissions: row.permissions,
  scope: row.scope,
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by,
  createdByName: row.created_by_name,
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
  expiresAt: row.expires_at?.toISOString() ?? null,
  revokedAt: row.revoked_at?.toISOString() ?? null,
});
