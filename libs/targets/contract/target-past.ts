/** The part of a version of a target on which its results depend. */
export interface PastTarget {
  from: Date;
  /** Exclusive; null for the current version. */
  to: Date | null;
  id: string;
  ip: string;
  vrf: string;
  tier: string;
}

/** Versions of single targets. Other contexts inject it in the worker, which binds it to the history of the inventory. */
export abstract class TargetPast {
  /** Returns the versions of a target that were valid at some time from `from` to `to`, by time. */
  abstract versionsOf(targetKey: number, from: Date, to: Date): Promise<PastTarget[]>;
}
