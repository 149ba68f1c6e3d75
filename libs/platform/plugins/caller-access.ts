import type { Permission, Scope } from '@icmp-mon/identity/contract';
import type { Sql } from '@icmp-mon/platform/database';

/** Permissions of a caller within its scope. */
export interface CurrentAccess {
  permissions: readonly Permission[];
  scope: Scope;
}

/** Reads the access of the caller of an earlier request, for work that runs after its answer. The identity context implements it. */
export abstract class CallerAccess {
  /**
   * Returns the access of an actor as the metadata of events contain it (`user:<id>`, `api-key:<id>`); null for one that is disabled, removed,
   * revoked, expired or unknown. The access does not change until the transaction of `sql` ends.
   */
  abstract readAccess(sql: Sql, actor: string): Promise<CurrentAccess | null>;
}
