import type { Status, StatusReason, Votes } from './status';

/** Public, compacted topic with the latest status of each target, keyed by target id; a removed target is a tombstone. */
export const TARGET_STATUS_TOPIC = 'public.target-status.v1';

/** CloudEvents type of `TargetStatusChanged`. */
export const TARGET_STATUS_CHANGED = 'icmpmon.target-status.changed.v1';

export interface TargetStatusChanged {
  type: 'TargetStatusChanged';
  data: {
    targetId: string;
    key: number;
    ip: string;
    vrf: string;
    tier: string;
    from: Status;
    to: Status;
    reason: StatusReason;
    /** Effective time of the change in measured time, ISO 8601. */
    at: string;
    lastSuccessAt: string | null;
    votes: Votes;
    shard: number;
    /** Change number without gaps, per shard. */
    changeSeq: number;
  };
}
