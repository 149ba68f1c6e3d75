import type { Sql } from '@icmp-mon/platform/database';
import type { Messaging, OutgoingMessage } from '@icmp-mon/platform/messaging';
import { NumberedOutbox } from '@icmp-mon/platform/outbox';
import { PAIR_CHANGES_TOPIC } from '@icmp-mon/status/wire';

/** A batch is one request, which must stay below 1 MiB; a record is below 200 kB. */
const BATCH_MAX = 4;

interface PublishedRecord {
  shard: number;
  change_seq: number;
  body: Buffer;
}

interface PairChangePublisherOptions {
  sql: Sql;
  messaging: Pick<Messaging, 'sendMessages'>;
  ownedShards(): number[];
}

/** Returns the publisher of the records of pair changes of owned shards: those of a shard are in one partition, in their order. */
export function pairChangePublisher({ sql, ...options }: PairChangePublisherOptions): NumberedOutbox<PublishedRecord> {
  return new NumberedOutbox({
    ...options,
    ...{ name: 'pair changes', sql, topic: PAIR_CHANGES_TOPIC, publication: 'pair_publication', givenUpMs: null },
    async nextRows(shard, after) {
      // One row states whether any record waits: the table has many chunks.
      const [state] = await sql.query<{ last_seq: number }>('SELECT last_seq FROM pair_change_state WHERE shard = $1', [
        shard,
      ]);
      if (state === undefined || state.last_seq <= after) return [];
      return sql.query<PublishedRecord>(
        `SELECT shard, change_seq, body FROM pair_change
         WHERE shard = $1 AND change_seq > $2 ORDER BY change_seq LIMIT ${BATCH_MAX}`,
        [shard, after],
      );
    },
    messageOf: recordMessage,
  });
}

/** The header `ce_id` has shard and number, as in the topics of statuses. */
function recordMessage({ shard, change_seq: changeSeq, body }: PublishedRecord): OutgoingMessage {
  const headers = { 'content-type': 'application/octet-stream', ce_id: `${shard}-${changeSeq}` };
  return { key: String(shard), value: body, headers };
}
