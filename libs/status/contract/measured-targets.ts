/** Number of an agent's selected targets by condition, judged by the first check of each target. */
export interface MeasuredCounts {
  /** A vote arrived within three intervals. */
  measured: number;
  /** Newly assigned, without a verdict yet. */
  warming: number;
  /** No vote within three intervals, although the agent's policy file does not refuse the target. */
  silent: number;
}

/** Counts of targets per agent from the shards. Routes of other contexts inject it; the API binds it to the stored verdicts. */
export abstract class MeasuredTargets {
  /** Returns the counts by agent; an agent without targets is missing. At most some seconds old, longer in large installations. */
  abstract byAgent(): Promise<ReadonlyMap<string, MeasuredCounts>>;
}
