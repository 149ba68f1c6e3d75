import type { Status, StatusReason, Votes } from './status';

/** Public, compacted topic with the latest status of each target, keyed by target id; a removed target is a tombstone. */
export const TARGET_STATUS_TOPIC = 'public.target-status.v1';

/** CloudEvents type of `TargetStatusChanged`. */
export const TARGET_STATUS_CHANGED = 'icmpmon.target-status.changed.v1';

/** A status that changes often between answering and down. Such a target keeps its status; the mark lets readers stay quiet. */
export interface Flapping {
  /** Time of the first of the changes, ISO 8601. */
  since: string;
  /** Number of changes between answering and down since then. */
  changes: number;
}

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
    /**
     * When the status began: the send time of the first miss, or success, of the verdict that decided it; ISO 8601, at most `at`. Absent
     * in events of older releases.
     */
    beganAt?: string;
    /** Set while the target flaps; null or, in events of older releases, absent otherwise. */
    flapping?: Flapping | null;
    lastSuccessAt: string | null;
    votes: Votes;
    shard: number;
    /** Change number without gaps, per shard. */
    changeSeq: number;
  };
}
