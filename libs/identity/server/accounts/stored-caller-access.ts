import {
  keyPermissions,
  type Permission,
  permissionsInScope,
  type Role,
  type Scope,
} from '@icmp-mon/identity/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { CallerAccess, type CurrentAccess } from '@icmp-mon/platform/plugins';
import { Injectable } from '@nestjs/common';

interface Kind {
  actor: RegExp;
  statement: string;
}

// FOR SHARE: a change of the row waits for the end of the transaction.
const USER: Kind = {
  actor: /^user:([0-9a-f-]{36})$/,
  statement: `SELECT role, scope FROM user_account WHERE id = $1::uuid AND disabled_at IS NULL FOR SHARE`,
};
const API_KEY: Kind = {
  actor: /^api-key:(\w+)$/,
  statement: `SELECT role, scope, permissions FROM api_key
    WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()) FOR SHARE`,
};

interface AccessRow {
  role: Role;
  scope: Scope;
  permissions?: Permission[] | null;
}

/** Reads the access of users and API keys, and holds it until the transaction ends. */
@Injectable()
export class StoredCallerAccess extends CallerAccess {
  override async readAccess(sql: Sql, actor: string): Promise<CurrentAccess | null> {
    for (const kind of [USER, API_KEY]) {
      const id = kind.actor.exec(actor)?.[1];
      if (id === undefined) continue;
      const [row] = await sql.query<AccessRow>(kind.statement, [id]);
      return row === undefined ? null : accessOf(row);
    }
    return null;
  }
}

/** Of a user, `permissions` is absent. */
const accessOf = ({ role, scope, permissions = null }: AccessRow): CurrentAccess => ({
  permissions: permissionsInScope(keyPermissions(role, permissions), scope),
  scope,
});
