import { CHECK_STATUS_CHANGED, CHECK_STATUS_TOPIC, type CheckStatusChanged } from '@icmp-mon/status/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { cloudEvent, type Messaging } from '@icmp-mon/platform/messaging';
import { NumberedOutbox } from '@icmp-mon/platform/outbox';

const BATCH_MAX = 250;

type Data = CheckStatusChanged['data'];

/** Row of `check_change` for publication. */
export interface PublishedCheckChange extends Pick<
  Data,
  'ip' | 'vrf' | 'tier' | 'port' | 'reason' | 'answer' | 'shard'
> {
  change_seq: number;
  target_key: number;
  target_id: string;
  check_no: number;
  type: Data['checkType'];
  from_status: Data['from'];
  to_status: Data['to'];
  at: Date;
  chain: number;
  entry: number;
  hash: string;
  removed: boolean;
}

export const CHECK_CHANGE_COLUMNS = `shard, change_seq, target_key, target_id, host(ip) AS ip, vrf, tier, check_no, type, port,
  from_status, to_status, reason, at, answer, chain, entry, hash, removed`;

interface CheckPublisherOptions {
  sql: Sql;
  messaging: Pick<Messaging, 'sendMessages'>;
  ownedShards(): number[];
}

/** Returns the publisher of the changes of checks that expect `unreachable` of owned shards. A removed check becomes a tombstone. */
export function checkPublisher({ sql, ...options }: CheckPublisherOptions): NumberedOutbox<PublishedCheckChange> {
  return new NumberedOutbox({
    ...options,
    ...{ name: 'check changes', sql, topic: CHECK_STATUS_TOPIC, publication: 'check_publication' },
    nextRows: (shard, after) =>
      sql.query<PublishedCheckChange>(
        `SELECT ${CHECK_CHANGE_COLUMNS} FROM check_change
         WHERE shard = $1 AND change_seq > $2 ORDER BY change_seq LIMIT ${BATCH_MAX}`,
        [shard, after],
      ),
    messageOf: checkMessage,
  });
}

/** Returns the change as an event of the public topic; for a removed check a tombstone. */
export function checkMessage(row: PublishedCheckChange): ReturnType<typeof cloudEvent> {
  const { ip, vrf, tier, port, reason, answer, shard } = row;
  const data: Data = {
    ...{ targetId: row.target_id, key: row.target_key, ip, vrf, tier, check: row.check_no, checkType: row.type, port },
    ...{ from: row.from_status, to: row.to_status, reason, at: row.at.toISOString(), answer },
    evidence: { chain: `${shard}:${row.chain}`, entry: row.entry, hash: row.hash },
    ...{ shard, changeSeq: row.change_seq },
  };
  return cloudEvent({
    id: `${shard}-${row.change_seq}`,
    type: CHECK_STATUS_CHANGED,
    time: row.at.toISOString(),
    data: row.removed ? null : data,
    key: `${row.target_id}/${row.check_no}`,
  });
}
