import type { Scope } from '@icmp-mon/identity/contract';
import type { Sql } from '@icmp-mon/platform/database';
import type { TargetParent } from '@icmp-mon/targets/contract';
import { type Filter, whereOf } from '../target-list/list-filter';
import { limitParents } from '../target-list/scope-condition';

/** Targets that are read by one statement. */
const PAGE = 1_000;

/** A target for other systems: its inventory, without its status. */
export interface ExportedTarget {
  id: string;
  key: number;
  ip: string;
  vrf: string;
  name: string | null;
  tier: string;
  tags: Record<string, string>;
  paused: boolean;
  parents: TargetParent[];
  notes: string | null;
  owner: string | null;
  version: number;
}

const COLUMNS = `id, key, host(ip) AS ip, vrf, name, tier, tags, paused, notes, owner, version,
  CASE WHEN parents = '{}' THEN '[]' ELSE
    (SELECT coalesce(json_agg(json_build_object('id', p.id, 'ip', host(p.ip), 'vrf', p.vrf)), '[]')
     FROM target_list p WHERE p.id = ANY (target_list.parents)) END AS parents`;

/**
 * Returns the targets of a filter, with the parents that are in the scope, page by page, in the order in which they were registered. A page is
 * read when it is asked for, so memory and open transactions do not grow with the list; a target that others change meanwhile is as it was at
 * its page.
 */
export async function* exportPages(
  sql: Sql,
  { conditions, params }: Filter,
  scope: Scope,
): AsyncGenerator<ExportedTarget[]> {
  const statement = `SELECT ${COLUMNS} FROM target_list ${whereOf([...conditions, `key > $${params.length + 1}`])}
    ORDER BY key LIMIT ${PAGE}`;
  let after = 0;
  for (;;) {
    const page = await sql.query<ExportedTarget>(statement, [...params, after]);
    yield await limitParents(sql, page, scope);
    if (page.length < PAGE) return;
    after = page[page.length - 1].key;
  }
}
