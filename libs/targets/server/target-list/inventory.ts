import type { Sql } from '@icmp-mon/platform/database';
import type { ProjectedEvent } from '@icmp-mon/platform/event-store';
import type { TargetEvent, TargetRegistered, TargetRemoved } from '@icmp-mon/targets/contract';

export const ADDRESS_TAKEN = 'target_list_vrf_ip_key';

/**
 * Keeps the inventory's columns of `target_list` in the transaction of the append. An id is used once, so that of many
 * events at once the removals may go first: they free the addresses that others among them take.
 */
export async function projectTargets(sql: Sql, events: readonly ProjectedEvent<TargetEvent>[]): Promise<void> {
  const registered = new Map<string, ProjectedEvent<TargetEvent>>();
  const removed: string[] = [];
  for (const event of events) {
    if (event.type === 'TargetRegistered') {
      registered.set((event.data as TargetRegistered['data']).targetId, event);
    } else if (event.type === 'TargetRemoved') {
      const { targetId } = event.data as TargetRemoved['data'];
      if (!registered.delete(targetId)) removed.push(targetId);
    }
  }
  if (removed.length > 0) await sql.execute('DELETE FROM target_list WHERE id = ANY ($1::uuid[])', [removed]);
  if (registered.size > 0) await insert(sql, [...registered.values()]);
}

async function insert(sql: Sql, events: readonly ProjectedEvent<TargetEvent>[]): Promise<void> {
  const rows = events.map(({ version, occurredAt, data }) => ({ ...data, version, occurredAt }));
  await sql.execute(
    `INSERT INTO target_list (key, id, ip, vrf, name, tags, tier, version, registered_at)
     SELECT key, "targetId", ip, vrf, name, tags, tier, version, "occurredAt"
     FROM jsonb_to_recordset($1::jsonb) AS t (key integer, "targetId" uuid, ip inet, vrf text, name text, tags jsonb,
       tier text, version bigint, "occurredAt" timestamptz)`,
    [JSON.stringify(rows)],
  );
}
