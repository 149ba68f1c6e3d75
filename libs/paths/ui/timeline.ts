import type { PathChange, StoredTraceSummary, TraceCause } from '@icmp-mon/paths/contract';

/** A trace or a change on the timeline. */
export interface TimelineMark {
  key: string;
  cause: TraceCause | 'change';
  /** Place in percent of the span. */
  place: number;
  loss: 'none' | 'some' | 'all';
}

const PERCENT = 100;

/** Returns the marks of a span, the oldest first; of several at the same place and of the same cause the worst one. */
export function marksOf(
  traces: readonly StoredTraceSummary[],
  changes: readonly PathChange[],
  { fromMs, toMs }: { fromMs: number; toMs: number },
): TimelineMark[] {
  const placeOf = (at: string): number => (PERCENT * (Date.parse(at) - fromMs)) / (toMs - fromMs);
  const all = [
    ...traces.map(({ startedAt, cause, reached, onset }) => ({
      cause,
      place: placeOf(startedAt),
      loss: onset === null ? ('none' as const) : reached ? ('some' as const) : ('all' as const),
    })),
    ...changes.map(({ at }) => ({ cause: 'change' as const, place: placeOf(at), loss: 'none' as const })),
  ];
  const marks = new Map<string, TimelineMark>();
  for (const mark of all) {
    if (mark.place < 0 || mark.place > PERCENT) continue;
    // A quarter of a percent is about one mark's width.
    const key = `${mark.cause} ${Math.round(mark.place * 4)}`;
    const known = marks.get(key);
    if (known === undefined || badness(mark.loss) > badness(known.loss)) marks.set(key, { ...mark, key });
  }
  return [...marks.values()].sort((a, b) => a.place - b.place);
}

const badness = (loss: TimelineMark['loss']): number => ['none', 'some', 'all'].indexOf(loss);

/** Returns the times at which a trace started, ms, oldest first: between them the merged path does not change. */
export function momentsOf(traces: readonly StoredTraceSummary[]): number[] {
  return [...new Set(traces.map(({ startedAt }) => Date.parse(startedAt)))].sort((a, b) => a - b);
}

/** Returns the index of the last moment at or before a time; the first one if all are later, the number of moments for null, which is now. */
export function momentAt(moments: readonly number[], atMs: number | null): number {
  if (atMs === null) return moments.length;
  return Math.max(
    0,
    moments.findLastIndex((moment) => moment <= atMs),
  );
}

/** Returns the trace of the same agent before a time; null if the list has none. */
export function traceBefore(
  traces: readonly StoredTraceSummary[],
  agentId: string,
  at: string,
): StoredTraceSummary | null {
  const before = traces.filter((trace) => trace.agentId === agentId && Date.parse(trace.startedAt) < Date.parse(at));
  return before.sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt))[0] ?? null;
}
