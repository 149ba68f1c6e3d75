/** How an agent stands with the targets that it is selected for, by the first check of each. */
export interface MeasuredCounts {
  /** A vote came within three intervals. */
  measured: number;
  /** Newly assigned, and not judged yet. */
  warming: number;
  /** Nothing was measured within three intervals, though its policy does not refuse it. */
  silent: number;
}

/** What the shards know of the agents. Routes of other contexts inject it; the API composes it with the stored verdicts. */
export abstract class MeasuredTargets {
  /** By agent; those without any target are missing. Some seconds old at most, more in large installations. */
  abstract byAgent(): Promise<ReadonlyMap<string, MeasuredCounts>>;
}
