import { type KeptRead, readProblem } from '@icmp-mon/platform/ui-kit';

export interface FailedReads {
  /** Sentence that names the failed reads. */
  text: string;
  error: unknown;
  /** Since when the first of them fails, ms since 1970; null if no older data is shown. */
  sinceMs: number | null;
}

/** Returns the failed reads; those with the same reason are one entry. */
export function readFailures(reads: { what: string; read: KeptRead<unknown> }[]): FailedReads[] {
  const failed = reads.flatMap(({ what, read }) => {
    const failure = read.failure();
    return failure === null ? [] : [{ ...failure, what, isOld: read.value() !== undefined }];
  });
  const byReason = Map.groupBy(failed, ({ error }) => {
    const { title, detail } = readProblem(error);
    return `${title}\n${detail}`;
  });
  return [...byReason.values()].map((group) => ({
    text: sentence(group.map(({ what }) => what)),
    error: group[0].error,
    sinceMs: group.some(({ isOld }) => isOld) ? Math.min(...group.map(({ sinceMs }) => sinceMs)) : null,
  }));
}

function sentence(names: string[]): string {
  const list = new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(names);
  return `${list.charAt(0).toUpperCase()}${list.slice(1)} could not be loaded`;
}
