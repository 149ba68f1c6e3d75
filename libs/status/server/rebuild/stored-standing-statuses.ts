import type { Sql } from '@icmp-mon/platform/database';
import { type ChangeMarks, type NewestStatus, StandingStatuses } from '@icmp-mon/status/contract';
import { changeMarks, highestTargetKey, standingAfter, type StandingChange, standingOfKeys } from './standing-changes';

/** From the table of changes. */
export class StoredStandingStatuses extends StandingStatuses {
  constructor(private readonly telemetry: Sql) {
    super();
  }

  override marks(): Promise<ChangeMarks> {
    return changeMarks(this.telemetry);
  }

  override highestKey(): Promise<number> {
    return highestTargetKey(this.telemetry);
  }

  override async ofKeys(after: number, upTo: number): Promise<NewestStatus[]> {
    return newestOf(await standingOfKeys(this.telemetry, after, upTo));
  }

  override async after(
    from: ChangeMarks,
    upTo: ChangeMarks,
  ): Promise<{ statuses: NewestStatus[]; marks: ChangeMarks }> {
    const { changes, marks } = await standingAfter(this.telemetry, from, upTo);
    return { statuses: newestOf(changes), marks };
  }
}

const newestOf = (changes: readonly StandingChange[]): NewestStatus[] =>
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
