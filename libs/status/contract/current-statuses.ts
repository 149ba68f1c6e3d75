import type { TargetStatusChanged } from './status-events';

/** Highest change number that was read, by shard. */
export type ChangeMarks = Readonly<Record<number, number>>;

/** Current status of a target. `since` is null when only the reason changed: then the status keeps its age. */
export type CurrentStatus = Pick<
  TargetStatusChanged['data'],
  'targetId' | 'to' | 'reason' | 'at' | 'lastSuccessAt' | 'changeSeq'
> & { since: string | null };

/**
 * Reads the current status of each target that is not removed, for rebuilds of read models that show it. The command-line tool binds it to
 * the context status.
 */
export abstract class CurrentStatuses {
  /** Returns up to which change number each shard has stored changes. */
  abstract marks(): Promise<ChangeMarks>;

  abstract highestKey(): Promise<number>;

  /** Returns the current statuses of the targets with `after < key <= upTo`. */
  abstract ofKeys(after: number, upTo: number): Promise<CurrentStatus[]>;

  /** Returns the current statuses of targets that changed between the marks; a bounded number per call. */
  abstract changedBetween(
    marks: ChangeMarks,
    upTo: ChangeMarks,
  ): Promise<{ statuses: CurrentStatus[]; marks: ChangeMarks }>;
}
