import { newId } from '@icmp-mon/platform/ids';
import { cloudEvent, cloudEventType, type ReceivedMessage } from '@icmp-mon/platform/messaging';
import type { Status } from '@icmp-mon/status/contract';
import type { TargetView } from '@icmp-mon/targets/contract';

const TYPE = cloudEventType('target-status', 'TargetStatusChanged');

/** Returns a status change as consumers of `public.target-status.v1` receive it. */
export function statusMessage(
  { id, key, ip, vrf, tier }: TargetView,
  { to, changeSeq, at }: { to: Status; changeSeq: number; at: string },
): ReceivedMessage {
  const data = {
    ...{ targetId: id, key, ip, vrf, tier, from: 'unknown', to, reason: to === 'down' ? 'quorum_down' : 'quorum_up' },
    votes: { selected: 1, needed: 1, up: 0, degraded: 0, down: 1, unknown: 0 },
    ...{ shard: 0, at, lastSuccessAt: null, changeSeq },
  };
  const { value, headers = {} } = cloudEvent({ id: newId(), type: TYPE, time: at, data, key: id });
  const place = { topic: 'public.target-status.v1', partition: 0, offset: 0, key: id };
  return { ...place, value: Buffer.from(value ?? ''), headers, timestampMs: Date.parse(at) };
}
