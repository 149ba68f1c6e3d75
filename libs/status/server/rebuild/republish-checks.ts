import type { Sql } from '@icmp-mon/platform/database';
import type { Messaging } from '@icmp-mon/platform/messaging';
import { CHECK_STATUS_TOPIC } from '@icmp-mon/status/contract';
import { CHECK_CHANGE_COLUMNS, checkMessage, type PublishedCheckChange } from '../validation/check-publisher';

const CHANGES_PER_SEND = 1_000;

/**
 * Publishes the last change of each check that expects `unreachable` again, for a topic that lost them. Consumers drop repeats by number. A change
 * that was deleted for its age is published as far as its check's row states it: without the status before. Returns how many.
 */
export async function republishChecks(sql: Sql, messaging: Pick<Messaging, 'sendMessages'>): Promise<number> {
  let sent = 0;
  for (let after = { target_key: -1, check_no: -1 }; ;) {
    const rows = await sql.query<PublishedCheckChange>(
      `SELECT s.shard, s.change_seq, s.target_key, s.target_id, host(s.ip) AS ip, s.vrf, s.tier, s.check_no, s.type, s.port,
              coalesce(c.from_status, s.status) AS from_status, s.status AS to_status, s.reason, coalesce(c.at, s.since) AS at, c.answer,
              s.chain, coalesce(c.entry, s.entries) AS entry, coalesce(c.hash, s.hash) AS hash, false AS removed
       FROM check_status s LEFT JOIN check_change c ON c.shard = s.shard AND c.change_seq = s.change_seq
       WHERE (s.target_key, s.check_no) > ($1, $2) ORDER BY s.target_key, s.check_no LIMIT ${CHANGES_PER_SEND}`,
      [after.target_key, after.check_no],
    );
    const last = rows.at(-1);
    if (!last) return sent;
    // The publisher may have sent a newer change meanwhile; the newest one must be the last of its check in the topic.
    for (let latest = rows; latest.length > 0; latest = await changedSince(sql, latest)) {
      await messaging.sendMessages(CHECK_STATUS_TOPIC, latest.map(checkMessage));
    }
    sent += rows.length;
    after = last;
  }
}

/** Returns the newest change of each check that has a newer one than the given one. */
function changedSince(sql: Sql, changes: readonly PublishedCheckChange[]): Promise<PublishedCheckChange[]> {
  return sql.query<PublishedCheckChange>(
    `SELECT DISTINCT ON (target_key, check_no) ${CHECK_CHANGE_COLUMNS}
     FROM unnest($1::integer[], $2::integer[], $3::bigint[]) AS sent (sent_key, sent_check, sent_seq)
     JOIN check_change ON target_key = sent_key AND check_no = sent_check AND change_seq > sent_seq
     ORDER BY target_key, check_no, change_seq DESC`,
    [
      changes.map(({ target_key }) => target_key),
      changes.map(({ check_no }) => check_no),
      changes.map(({ change_seq }) => change_seq),
    ],
  );
}
