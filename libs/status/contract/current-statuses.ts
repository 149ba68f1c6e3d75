import type { TargetStatusChanged } from './status-events';

/** Highest change number read, by shard. */
export type ChangeMarks = Readonly<Record<number, number>>;

/** `since` is null when only the reason changed: the status is as old as it was. */
export type CurrentStatus = Pick<
  TargetStatusChanged['data'],
  'targetId' | 'to' | 'reason' | 'at' | 'lastSuccessAt' | 'changeSeq'
> & { since: string | null };

/** The newest status of each target that is not removed, for rebuilds of what shows it. The command line tool composes it with the statuses' own. */
export abstract class CurrentStatuses {
  /** How far the changes are stored now. */
  abstract marks(): Promise<ChangeMarks>;

  abstract highestKey(): Promise<number>;

  /** Of the targets with `after < key <= upTo`. */
  abstract ofKeys(after: number, upTo: number): Promise<CurrentStatus[]>;

  /** Of the targets that changed between the marks; a bounded number at once. */
  abstract after(marks: ChangeMarks, upTo: ChangeMarks): Promise<{ statuses: CurrentStatus[]; marks: ChangeMarks }>;
}
