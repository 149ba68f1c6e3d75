import { countText } from '@icmp-mon/platform/ui-kit';
import type { BulkJobDetail, BulkJobView, BulkKind } from '@icmp-mon/targets/contract';
import { changeWords } from './bulk-sentence';

const DOING: Readonly<Record<BulkKind, string>> = {
  change: 'Changing targets',
  remove: 'Removing targets',
  expand: 'Adding targets',
  import: 'Importing targets',
};
const DONE: Readonly<Record<BulkKind, string>> = {
  change: 'changed',
  remove: 'removed',
  expand: 'added',
  import: 'created or changed',
};

export const isFinished = (job: BulkJobView | null): boolean =>
  job !== null && job.state !== 'queued' && job.state !== 'running';

/** Returns what a job does, or that it has ended. */
export function jobTitle(job: BulkJobView | null): string {
  if (job === null) return 'Loading the job …';
  switch (job.state) {
    case 'queued':
      return `${DOING[job.kind]}: waiting to start`;
    case 'running':
      return DOING[job.kind];
    case 'completed':
      return `${DOING[job.kind]}: completed`;
    case 'failed':
      return `${DOING[job.kind]}: failed`;
    case 'cancelled':
      return `${DOING[job.kind]}: cancelled`;
  }
}

/** Returns what a job does, in one sentence: `For the targets of site=fra: sets role=edge.`; null while the job is not read. */
export function jobSentence(job: BulkJobView | null): string | null {
  if (job === null) return null;
  return job.scope === null ? sentenceOf(job) : `${sentenceOf(job)} Limited to the scope ${job.scope}.`;
}

function sentenceOf(job: BulkJobView): string {
  const which = job.filter === null ? 'the selected targets' : `the targets of ${job.filter}`;
  if (job.import !== null) {
    const file = `a file of ${countText(job.total)} ${job.total === 1 ? 'line' : 'lines'}`;
    return job.import.dryRun ? `Dry run of ${file}: nothing is changed.` : `Imports ${file}.`;
  }
  if (job.expand !== null) return `Adds the addresses of ${job.expand.cidr} as targets of the tier ${job.expand.tier}.`;
  if (job.change === null) return `Removes ${which}.`;
  return `For ${which}: ${changeWords(job.change)}.`;
}

/** Returns the counts of a job that are not zero: `1,200 changed, 4 skipped`. */
export function countsText(job: BulkJobView | null): string {
  if (job === null) return '';
  const counts: [number, string][] = [
    [job.changed, DONE[job.kind]],
    [job.unchanged, 'already as asked'],
    [job.skipped, 'skipped'],
    [job.failed, 'failed'],
  ];
  return counts
    .filter(([count]) => count > 0)
    .map(([count, text]) => `${countText(count)} ${text}`)
    .join(', ');
}

/** Returns the heading of the targets that a job lists because they were skipped or failed. */
export function leftOutText(job: BulkJobDetail | null): string {
  const { skipped = 0, failed = 0, failures = [] } = job ?? {};
  const count = skipped + failed;
  const shown = failures.length < count ? ` (the first ${countText(failures.length)})` : '';
  return `${countText(count)} ${count === 1 ? 'target was' : 'targets were'} skipped or failed, and why${shown}`;
}
