import type { Sql } from '@icmp-mon/platform/database';
import type { RecordedEvent } from '@icmp-mon/platform/event-store';
import type { TargetEvent, TargetRegistered, TargetRemoved } from '@icmp-mon/targets/contract';

export const ADDRESS_TAKEN = 'target_list_vrf_ip_key';

/** Keeps the inventory's columns of `target_list` in the transaction of the append. */
export async function projectTarget(sql: Sql, event: RecordedEvent<TargetEvent>): Promise<void> {
  switch (event.type) {
    case 'TargetRegistered':
      return insert(sql, event, event.data as TargetRegistered['data']);
    case 'TargetRemoved': {
      const { targetId } = event.data as TargetRemoved['data'];
      await sql.execute('DELETE FROM target_list WHERE id = $1', [targetId]);
    }
  }
}

async function insert(sql: Sql, event: RecordedEvent<TargetEvent>, target: TargetRegistered['data']): Promise<void> {
  await sql.execute(
    `INSERT INTO target_list (key, id, ip, vrf, name, tags, tier, version, registered_at)
     VALUES ($1, $2, $3::inet, $4, $5, $6::jsonb, $7, $8, $9)`,
    [
      target.key,
      target.targetId,
      target.ip,
      target.vrf,
      target.name,
      JSON.stringify(target.tags),
      target.tier,
      event.version,
      event.occurredAt,
    ],
  );
}
