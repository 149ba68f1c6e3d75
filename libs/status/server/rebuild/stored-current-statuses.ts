import type { Sql } from '@icmp-mon/platform/database';
import { type ChangeMarks, type CurrentStatus, CurrentStatuses } from '@icmp-mon/status/contract';
import {
  changeMarks,
  highestTargetKey,
  latestChangesBetween,
  type LatestChange,
  latestChangesOfKeys,
} from './latest-changes';

/** Reads current statuses from the table of changes. */
export class StoredCurrentStatuses extends CurrentStatuses {
  constructor(private readonly telemetry: Sql) {
    super();
  }

  override marks(): Promise<ChangeMarks> {
    return changeMarks(this.telemetry);
  }

  override highestKey(): Promise<number> {
    return highestTargetKey(this.telemetry);
  }

  override async ofKeys(after: number, upTo: number): Promise<CurrentStatus[]> {
    return currentStatusesOf(await latestChangesOfKeys(this.telemetry, after, upTo));
  }

  override async changedBetween(
    from: ChangeMarks,
    upTo: ChangeMarks,
  ): Promise<{ statuses: CurrentStatus[]; marks: ChangeMarks }> {
    const { changes, marks } = await latestChangesBetween(this.telemetry, from, upTo);
    return { statuses: currentStatusesOf(changes), marks };
  }
}

const currentStatusesOf = (changes: readonly LatestChange[]): CurrentStatus[] =>
  changes
    .filter(({ removed }) => !removed)
    .map((change) => ({
      targetId: change.target_id,
      to: change.to_status,
      reason: change.reason,
      at: isoOf(change.at),
      since: isoOf(change.status_at),
      lastSuccessAt: change.last_success_at === null ? null : isoOf(change.last_success_at),
      changeSeq: change.change_seq,
    }));

function isoOf(time: Date | string): string {
  return new Date(time).toISOString();
}
