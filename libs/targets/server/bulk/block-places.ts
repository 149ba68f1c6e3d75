import type { Scope } from '@icmp-mon/identity/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { type BulkTarget, type ExpandRequest, scopePredicate } from '@icmp-mon/targets/contract';
import { scopeCondition } from '../target-list/scope-condition';
import type { BlockAddress } from './address-block';

/** Addresses of a block by what an expansion does with them. */
export interface BlockPlaces {
  free: BlockAddress[];
  /** Targets already. */
  taken: BulkTarget[];
  /** The target would be outside of the caller's scope. */
  outside: BulkTarget[];
  /** Targets that the caller does not see. */
  hidden: BulkTarget[];
}

/**
 * Sorts addresses of a block. What would be outside of the scope is decided by the request alone, so that a caller with a scope learns nothing
 * about these addresses.
 */
export async function sortAddresses(
  sql: Sql,
  { tier, tags = {} }: Pick<ExpandRequest, 'tier' | 'tags'>,
  vrf: string,
  addresses: readonly BlockAddress[],
  scope: Scope,
): Promise<BlockPlaces> {
  const isInScope = scopePredicate(scope);
  const named = ({ ip, name }: BlockAddress): BulkTarget => ({ id: null, ip, vrf, name });
  const [inside, outside] = [[], []] as [BlockAddress[], BlockAddress[]];
  for (const address of addresses) {
    (isInScope({ ...address, vrf, tags, tier, owner: null }) ? inside : outside).push(address);
  }
  const found = await targetsAt(sql, vrf, inside, scope);
  const free = inside.filter(({ ip }) => !found.has(ip));
  const places: BlockPlaces = { free, taken: [], outside: outside.map(named), hidden: [] };
  for (const { ip } of inside) {
    const target = found.get(ip);
    if (target === undefined) continue;
    const { id, name, isVisible } = target;
    if (isVisible) places.taken.push({ id, ip, vrf, name });
    else places.hidden.push({ id: null, ip, vrf, name: null });
  }
  return places;
}

/** Returns the targets that have one of these addresses, by address. */
async function targetsAt(
  sql: Sql,
  vrf: string,
  addresses: readonly BlockAddress[],
  scope: Scope,
): Promise<Map<string, { id: string; name: string | null; isVisible: boolean }>> {
  const params: unknown[] = [vrf, addresses.map(({ ip }) => ip)];
  const isVisible = scope === null ? 'true' : scopeCondition(scope, params);
  const rows = await sql.query<{ ip: string; id: string; name: string | null; isVisible: boolean }>(
    `SELECT host(ip) AS ip, id, name, ${isVisible} AS "isVisible" FROM target_list
     WHERE vrf = $1 AND ip = ANY ($2::inet[])`,
    params,
  );
  return new Map(rows.map((row) => [row.ip, row]));
}
