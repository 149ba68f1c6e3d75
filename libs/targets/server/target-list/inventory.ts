import type { Sql } from '@icmp-mon/platform/database';
import type { ProjectedEvent } from '@icmp-mon/platform/event-store';
import {
  type RecordedTarget,
  type TargetData,
  targetDataOf,
  type TargetEvent,
  type TargetRemoved,
} from '@icmp-mon/targets/contract';

export const ADDRESS_TAKEN = 'target_list_vrf_ip_key';

/** A target's row after the events of a batch. */
type Kept = TargetData & { version: number; occurredAt: string };

interface Changes {
  registered: Map<string, Kept>;
  changed: Map<string, Kept>;
  removed: Set<string>;
}

/**
 * Updates the inventory columns of `target_list` in the transaction of the append; triggers update `target_search`. An id is used only
 * once, so in a batch the removals may be applied first: they free addresses that other events of the batch use.
 */
export async function projectTargets(sql: Sql, events: readonly ProjectedEvent<TargetEvent>[]): Promise<void> {
  const { registered, changed, removed } = gather(events);
  if (removed.size > 0) await sql.execute('DELETE FROM target_list WHERE id = ANY ($1::uuid[])', [[...removed]]);
  if (registered.size > 0) await insert(sql, [...registered.values()]);
  if (changed.size > 0) await update(sql, [...changed.values()]);
}

function gather(events: readonly ProjectedEvent<TargetEvent>[]): Changes {
  const changes: Changes = { registered: new Map(), changed: new Map(), removed: new Set() };
  const { registered, changed, removed } = changes;
  for (const { type, data, version, occurredAt } of events) {
    if (type === 'TargetRegistered') {
      const target = targetDataOf(data as RecordedTarget);
      registered.set(target.targetId, { ...target, version, occurredAt });
    } else if (type === 'TargetChanged') {
      const target = targetDataOf(data as RecordedTarget);
      const made = registered.get(target.targetId);
      const kept = { ...target, version, occurredAt: made?.occurredAt ?? occurredAt };
      (made === undefined ? changed : registered).set(target.targetId, kept);
    } else if (type === 'TargetRemoved') {
      const { targetId } = data as TargetRemoved['data'];
      changed.delete(targetId);
      if (!registered.delete(targetId)) removed.add(targetId);
    }
  }
  return changes;
}

async function insert(sql: Sql, targets: readonly Kept[]): Promise<void> {
  await sql.execute(
    `INSERT INTO target_list (key, id, ip, vrf, name, tags, tier, paused, parents, notes, owner, version, registered_at)
     SELECT key, "targetId", ip, vrf, name, tags, tier, paused, parents, notes, owner, version, "occurredAt"
     FROM json_to_recordset($1::json) AS t (key integer, "targetId" uuid, ip inet, vrf text, name text, tags jsonb,
       tier text, paused boolean, parents uuid[], notes text, owner text, version bigint, "occurredAt" timestamptz)`,
    [JSON.stringify(targets)],
  );
}

async function update(sql: Sql, targets: readonly Kept[]): Promise<void> {
  await sql.execute(
    `UPDATE target_list l SET name = t.name, tags = t.tags, tier = t.tier, paused = t.paused, parents = t.parents,
       notes = t.notes, owner = t.owner, version = t.version
     FROM json_to_recordset($1::json) AS t (key integer, name text, tags jsonb, tier text, paused boolean, parents uuid[],
       notes text, owner text, version bigint)
     WHERE l.key = t.key`,
    [JSON.stringify(targets)],
  );
}
