import { TARGET_STATUS_TOPIC } from '@icmp-mon/status/contract';
import type { Sql } from '@icmp-mon/platform/database';
import type { Messaging } from '@icmp-mon/platform/messaging';
import { PUBLISHED_COLUMNS, type PublishedChange, statusMessage } from '../status-publisher';

const CHANGES_PER_SEND = 1_000;

/** Publishes each target's last change again, for a topic that lost them. Consumers drop repeats by number. Returns how many. */
export async function republishStatuses(sql: Sql, messaging: Pick<Messaging, 'sendMessages'>): Promise<number> {
  let sent = 0;
  for (let after = -1; ;) {
    const rows = await sql.query<PublishedChange>(
      `SELECT ${PUBLISHED_COLUMNS}
       FROM target_status s JOIN status_change c ON c.shard = s.shard AND c.change_seq = s.change_seq
       WHERE s.target_key > $1 ORDER BY s.target_key LIMIT ${CHANGES_PER_SEND}`,
      [after],
    );
    const last = rows.at(-1);
    if (!last) return sent;
    // The publisher may have sent a newer change meanwhile; the newest one must be the last of its target in the topic.
    for (let latest = rows; latest.length > 0; latest = await changedSince(sql, latest)) {
      await messaging.sendMessages(TARGET_STATUS_TOPIC, latest.map(statusMessage));
    }
    sent += rows.length;
    after = last.target_key;
  }
}

/** Returns the newest change of each target that has a newer one than the given one. */
function changedSince(sql: Sql, changes: readonly PublishedChange[]): Promise<PublishedChange[]> {
  return sql.query<PublishedChange>(
    `SELECT DISTINCT ON (c.target_key) ${PUBLISHED_COLUMNS}
     FROM unnest($1::integer[], $2::bigint[]) AS sent(target_key, change_seq)
     JOIN status_change c ON c.target_key = sent.target_key AND c.change_seq > sent.change_seq
     ORDER BY c.target_key, c.change_seq DESC`,
    [changes.map(({ target_key }) => target_key), changes.map(({ change_seq }) => change_seq)],
  );
}
