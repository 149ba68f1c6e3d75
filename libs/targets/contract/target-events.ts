/** Stream of a target: `target-<id>`. Relayed to `public.targets.v1`, keyed by target id. */
export const TARGET_STREAM = 'target';
/** Topic to which the events of targets are relayed. */
export const TARGETS_TOPIC = 'public.targets.v1';

/** Types of these events as CloudEvents. */
export const TARGET_REGISTERED = 'icmpmon.target.registered.v1';
export const TARGET_CHANGED = 'icmpmon.target.changed.v1';
export const TARGET_REMOVED = 'icmpmon.target.removed.v1';

/** `key` is the target's 32-bit number: never reused, it identifies the target in blocks, shards and series. */
export interface TargetRegistered {
  type: 'TargetRegistered';
  data: {
    targetId: string;
    key: number;
    /** Canonical text form of the address. */
    ip: string;
    vrf: string;
    name: string | null;
    tags: Record<string, string>;
    tier: string;
  };
}

/** The whole target after the change; address, VRF and key never change. */
export interface TargetChanged {
  type: 'TargetChanged';
  data: TargetRegistered['data'];
}

export interface TargetRemoved {
  type: 'TargetRemoved';
  data: { targetId: string; key: number; ip: string; vrf: string };
}

export type TargetEvent = TargetRegistered | TargetChanged | TargetRemoved;
