import type { Scope } from '@icmp-mon/identity/contract';
import type { TargetPlacement } from '@icmp-mon/assignment/contract';
import type { TargetMaintenance } from '@icmp-mon/maintenance/contract';
import type { Judged, Status, StatusReason } from '@icmp-mon/status/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import type { RecordedEvent } from '@icmp-mon/platform/event-store';
import type { TargetData, TargetParent, TargetView } from '@icmp-mon/targets/contract';
import { limitParents } from './scope-condition';

/** Returns the SQL of a time in the API's format: parsing by the driver would take half the time of a page. */
export const isoText = (time: string): string => `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const isoTime = (column: string): string => `${isoText(column)} AS ${column}`;

/** The parents of a row of `target_list`, read by their ids. They are ordered in `inOrder`: a sort per row would cost more than the page. */
const PARENTS = `CASE WHEN parents = '{}' THEN '[]' ELSE
  (SELECT coalesce(json_agg(json_build_object('id', p.id, 'ip', host(p.ip), 'vrf', p.vrf)), '[]')
   FROM target_list p WHERE p.id = ANY (target_list.parents)) END AS parents`;

/** Columns of `target_list` for a view. */
export const VIEW_COLUMNS = `key, id, host(ip) AS ip, vrf, name, tags, tier, paused, ${PARENTS}, notes, owner, version, ${isoTime('registered_at')},
  status, reason, ${isoTime('since')}, ${isoTime('last_success_at')}`;

export interface TargetRow {
  key: number;
  id: string;
  ip: string;
  vrf: string;
  name: string | null;
  tags: Record<string, string>;
  tier: string;
  paused: boolean;
  parents: TargetParent[];
  notes: string | null;
  owner: string | null;
  version: number;
  registered_at: string;
  status: Status;
  reason: StatusReason | null;
  since: string | null;
  last_success_at: string | null;
}

const NUMBERS = new Intl.Collator('en', { numeric: true });

/** Returns parents by VRF and address. */
function inOrder(parents: readonly TargetParent[]): TargetParent[] {
  return [...parents].sort((a, b) => NUMBERS.compare(a.vrf, b.vrf) || NUMBERS.compare(a.ip, b.ip));
}

/** Returns the view of a row, with status `unknown` if its shard is not judged. A paused target needs no placement. */
export function targetView(
  row: TargetRow,
  judged: Judged,
  placement: TargetPlacement | undefined,
  maintenance: TargetMaintenance | undefined,
): TargetView {
  const { status, reason, since } = judged.shown(row, row);
  return {
    id: row.id,
    key: row.key,
    ip: row.ip,
    vrf: row.vrf,
    name: row.name,
    tags: row.tags,
    tier: row.tier,
    paused: row.paused,
    parents: inOrder(row.parents),
    notes: row.notes,
    owner: row.owner,
    registeredAt: row.registered_at,
    version: Number(row.version),
    status,
    reason,
    since,
    lastSuccessAt: row.last_success_at,
    asOf: judged.asOf(row.key),
    placement: row.paused ? null : (placement ?? null),
    maintenance: maintenance ?? null,
  };
}

/** Returns a listed target, read within a transaction, with the placement and mark that were read before. @throws DomainError `not_found` */
export async function listedTarget(
  sql: Sql,
  id: string,
  { judged, before, scope }: { judged: Judged; before: Pick<TargetView, 'placement' | 'maintenance'>; scope: Scope },
): Promise<TargetView> {
  const [row] = await sql.query<TargetRow>(`SELECT ${VIEW_COLUMNS} FROM target_list WHERE id = $1`, [id]);
  if (row === undefined) throw new DomainError('not_found', `There is no target ${id}.`);
  const [view] = await limitParents(
    sql,
    [targetView(row, judged, before.placement ?? undefined, before.maintenance ?? undefined)],
    scope,
  );
  return view;
}

/** Returns the view of a target that was just registered: it is not judged yet. */
export function registeredView(
  { targetId: id, ...target }: TargetData,
  parents: TargetParent[],
  { version, occurredAt }: Pick<RecordedEvent, 'version' | 'occurredAt'>,
): TargetView {
  const unjudged = { status: 'unknown', reason: null, since: null, lastSuccessAt: null, asOf: null } as const;
  return {
    id,
    ...target,
    parents: inOrder(parents),
    registeredAt: occurredAt,
    version,
    ...unjudged,
    placement: null,
    maintenance: null,
  };
}
