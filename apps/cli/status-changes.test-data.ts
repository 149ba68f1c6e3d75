import type { Sql } from '@icmp-mon/platform/database';
import type { ReceivedMessage } from '@icmp-mon/platform/messaging';
import { type Status, TARGET_STATUS_CHANGED, TARGET_STATUS_TOPIC } from '@icmp-mon/status/contract';
import type { LatestChange } from '@icmp-mon/status/server';

export interface TestChange {
  shard: number;
  seq: number;
  key: number;
  targetId: string;
  to: Status;
  removed: boolean;
}

const START_MS = Date.UTC(2026, 0, 1);
const VOTES = { selected: 1, needed: 1, up: 1, degraded: 0, down: 0, unknown: 0 };
const ipOf = (key: number): string => `10.0.${key >> 8}.${key & 255}`;
const atOf = ({ seq }: TestChange): string => new Date(START_MS + seq * 1_000).toISOString();

/** Writes the row as a shard's commit does, and returns it. */
export async function storeChange(sql: Sql, change: TestChange): Promise<LatestChange> {
  const [row] = await sql.query<LatestChange>(
    `INSERT INTO status_change (shard, change_seq, target_key, target_id, ip, vrf, tier, from_status, to_status, reason,
                                at, since, last_success_at, votes, removed, position)
     SELECT $1, $2, $3, $4, $5::inet, 'default', 'fast',
            coalesce((SELECT status FROM target_status WHERE target_key = $3), 'unknown'), $6, 'quorum_up', $7, $7, NULL, $8::jsonb, $9, $2
     RETURNING *`,
    [
      change.shard,
      change.seq,
      change.key,
      change.targetId,
      ipOf(change.key),
      change.to,
      atOf(change),
      JSON.stringify(VOTES),
      change.removed,
    ],
  );
  return row;
}

/** Returns the message with which the list receives the change; for a removal a tombstone. */
export function changeMessage(change: TestChange, from: Status): ReceivedMessage {
  const { shard, seq, key, targetId, to } = change;
  const data = {
    ...{ targetId, key, ip: ipOf(key), vrf: 'default', tier: 'fast', from, to },
    ...{ reason: 'quorum_up', at: atOf(change), lastSuccessAt: null, votes: VOTES, shard, changeSeq: seq },
  };
  return {
    topic: TARGET_STATUS_TOPIC,
    partition: 0,
    offset: seq,
    key: targetId,
    value: change.removed ? null : Buffer.from(JSON.stringify(data)),
    headers: {
      ce_specversion: '1.0',
      ce_id: `${shard}-${seq}`,
      ce_source: 'urn:icmp-mon',
      ce_type: TARGET_STATUS_CHANGED,
      ce_time: atOf(change),
      'content-type': 'application/json',
    },
    timestampMs: START_MS,
  };
}
