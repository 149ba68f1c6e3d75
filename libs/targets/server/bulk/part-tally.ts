import type { Scope } from '@icmp-mon/identity/contract';
import type { BulkCounts, BulkFailure, BulkReason, BulkTarget, ImportOutcome } from '@icmp-mon/targets/contract';
import { reasonText } from './bulk-reasons';

/** A reason with a text of its own, for which a target is listed. */
type ListedReason = Exclude<BulkReason, 'refused' | 'unchanged'>;

const COUNT_OF: Readonly<Record<ListedReason, keyof BulkCounts>> = {
  already_target: 'skipped',
  removed: 'skipped',
  no_longer_matches: 'skipped',
  too_many_tags: 'failed',
  has_dependents: 'failed',
  outside_scope: 'failed',
};

/** Counts the targets of one part of a job by their outcome. */
export class PartTally {
  readonly counts: BulkCounts = { changed: 0, unchanged: 0, skipped: 0, failed: 0 };
  /** Of `counts.changed`, the registered ones. */
  created = 0;
  /** Whether the job ends with this part; null if the number of its parts decides. */
  isLast: boolean | null = null;
  /** Targets that were skipped or failed. */
  readonly failures: BulkFailure[] = [];

  /** @param scope of the job */
  constructor(private readonly scope: Scope) {}

  addChanged(): void {
    this.counts.changed += 1;
  }

  addCreated(): void {
    this.created += 1;
    this.addChanged();
  }

  /** Counts a line of an import; its result is stored with the line. */
  addLine(outcome: Exclude<ImportOutcome, 'waiting'>): void {
    if (outcome === 'created') this.addCreated();
    else if (outcome === 'changed') this.addChanged();
    else if (outcome === 'unchanged') this.addUnchanged();
    else this.counts.failed += 1;
  }

  /** Counts a target that already is as asked; it is not listed. */
  addUnchanged(): void {
    this.counts.unchanged += 1;
  }

  addFailure(target: BulkTarget, reason: ListedReason): void {
    this.counts[COUNT_OF[reason]] += 1;
    this.failures.push({ ...target, reason, text: reasonText(reason, this.scope) });
  }

  /** Counts a target that a rule refused, with the text of the rule. */
  addRefused(target: BulkTarget, text: string): void {
    this.counts.failed += 1;
    this.failures.push({ ...target, reason: 'refused', text });
  }
}
