/** Stream of a target: `target-<id>`. Relayed to `public.targets.v1`, keyed by target id. */
export const TARGET_STREAM = 'target';
/** Topic to which the events of targets are relayed. */
export const TARGETS_TOPIC = 'public.targets.v1';

/** Types of these events as CloudEvents. */
export const TARGET_REGISTERED = 'icmpmon.target.registered.v1';
export const TARGET_CHANGED = 'icmpmon.target.changed.v1';
export const TARGET_REMOVED = 'icmpmon.target.removed.v1';
export const TARGET_ERASED = 'icmpmon.target.erased.v1';

/** The members of a target that its events hold. */
export interface TargetData {
  targetId: string;
  key: number;
  /** Canonical text form of the address. */
  ip: string;
  vrf: string;
  name: string | null;
  tags: Record<string, string>;
  tier: string;
  /** Whether no agent probes the target. */
  paused: boolean;
  /** Ids of the targets that it depends on, sorted. */
  parents: string[];
  notes: string | null;
  owner: string | null;
}

/** Values of the members that events of older releases lack. */
const LATER_MEMBERS = { paused: false, parents: [], notes: null, owner: null } as const satisfies Partial<
  Record<keyof TargetData, unknown>
>;

/** A target as its events hold it: those of older releases lack some members, which `targetDataOf` completes. */
export type RecordedTarget = Omit<TargetData, keyof typeof LATER_MEMBERS> &
  Partial<Pick<TargetData, keyof typeof LATER_MEMBERS>>;

/** Returns the target of an event of any release. */
export const targetDataOf = (recorded: RecordedTarget): TargetData => ({
  ...LATER_MEMBERS,
  ...recorded,
  parents: [...(recorded.parents ?? LATER_MEMBERS.parents)],
});

/** `key` is the target's 32-bit number: never reused, it identifies the target in blocks, shards and series. */
export interface TargetRegistered {
  type: 'TargetRegistered';
  data: RecordedTarget;
}

/** The whole target after the change; address, VRF and key never change. */
export interface TargetChanged {
  type: 'TargetChanged';
  data: RecordedTarget;
}

export interface TargetRemoved {
  type: 'TargetRemoved';
  data: { targetId: string; key: number; ip: string; vrf: string };
}

/** The personal data of a removed target were erased: its name, notes and owner. */
export interface TargetErased {
  type: 'TargetErased';
  data: { targetId: string; key: number };
}

export type TargetEvent = TargetRegistered | TargetChanged | TargetRemoved | TargetErased;

/** Members of a target that may name a person: stored encrypted, and erased on request. */
export const PERSONAL_MEMBERS = ['name', 'notes', 'owner'] as const satisfies readonly (keyof TargetData)[];
