import type { CheckType } from '@icmp-mon/probing/contract';
import type { CheckAnswer, CheckReason, CheckStatus } from './validation';

/** Public, compacted topic with the latest status of each check that expects `unreachable`, keyed by target id and check: `<id>/2`. */
export const CHECK_STATUS_TOPIC = 'public.check-status.v1';

/** CloudEvents type of `CheckStatusChanged`. */
export const CHECK_STATUS_CHANGED = 'icmpmon.check-status.changed.v1';

export interface CheckStatusChanged {
  type: 'CheckStatusChanged';
  data: {
    targetId: string;
    key: number;
    ip: string;
    vrf: string;
    tier: string;
    check: number;
    checkType: CheckType;
    port: number | null;
    from: CheckStatus;
    to: CheckStatus;
    reason: CheckReason;
    /** Effective time of the change in measured time, ISO 8601. */
    at: string;
    /** The answer that made a violation; null for other changes. */
    answer: CheckAnswer | null;
    /** The last entry of the evidence log before the change: a consumer that keeps it notices a rewritten export. */
    evidence: { chain: string; entry: number; hash: string };
    shard: number;
    /** Change number without gaps, per shard; not the numbers of the targets' statuses. */
    changeSeq: number;
  };
}
