import { countText } from '@icmp-mon/platform/ui-kit';
import type { BulkJobView, BulkKind } from '@icmp-mon/targets/contract';

const DOING: Readonly<Record<BulkKind, string>> = {
  change: 'Changing targets',
  remove: 'Removing targets',
  expand: 'Adding targets',
};
const DONE: Readonly<Record<BulkKind, string>> = { change: 'changed', remove: 'removed', expand: 'added' };

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
