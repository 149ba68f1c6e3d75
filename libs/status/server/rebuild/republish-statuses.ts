import { TARGET_STATUS_TOPIC } from '@icmp-mon/status/contract';
import type { Sql } from '@icmp-mon/platform/database';
import type { Messaging } from '@icmp-mon/platform/messaging';
import { type PublishedChange, statusMessage } from '../status-publisher';

const CHANGES_PER_SEND = 1_000;

/** Sends each target's last change once more, for a topic that lost them; consumers know repeats by number. Returns how many. */
export async function republishStatuses(sql: Sql, messaging: Pick<Messaging, 'send'>): Promise<number> {
  let sent = 0;
  for (let after = -1; ;) {
    const rows = await sql.query<PublishedChange>(
      `SELECT c.shard, c.change_seq, c.target_key, c.target_id, host(c.ip) AS ip, c.vrf, c.tier, c.from_status, c.to_status,
              c.reason, c.at, c.last_success_at, c.votes, c.removed
       FROM target_status s JOIN status_change c ON c.shard = s.shard AND c.change_seq = s.change_seq
       WHERE s.target_key > $1 ORDER BY s.target_key LIMIT ${CHANGES_PER_SEND}`,
      [after],
    );
    const last = rows.at(-1);
    if (!last) return sent;
    await messaging.send(TARGET_STATUS_TOPIC, rows.map(statusMessage));
    sent += rows.length;
    after = last.target_key;
  }
}
