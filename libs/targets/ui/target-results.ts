import { computed, inject, linkedSignal, signal, type Signal, untracked } from '@angular/core';
import { rangeMs, readSpan, readTimeRange, type TimeSpan } from '@icmp-mon/platform/charts';
import { Clock, keepLast, zonesText, zoneText } from '@icmp-mon/platform/ui-kit';
import type { ProbeResult } from '@icmp-mon/probing/contract';
import { ProbingClient } from '@icmp-mon/probing/ui';
import { targetTimeline } from './history/target-timeline';
import { LIVE_FOR_MS, mergeResults, RESULTS_MAX, SINGLES_FOR_MS_MAX } from './live-results';

const LIVE_AGAIN_MS = 5_000;
const HISTORY_AGAIN_MS = 60_000;
/** Shortest span of the history chart, ms: windows have at least 5 minutes, too few for a chart of a shorter span. */
const HISTORY_FOR_MS_MIN = 60 * 60_000;

/** The target and the time range of its page, from the URL. */
export interface AskedResults {
  id: Signal<string>;
  range: Signal<string | undefined>;
  from: Signal<string | undefined>;
  to: Signal<string | undefined>;
  /** Number of the check that is shown; all checks while it is null. */
  check?: Signal<number | null>;
}

const ALL_CHECKS = signal(null).asReadonly();

/**
 * Returns the results of a target's page.
 *
 *   span                 history chart    single results
 *   below 1 h            –                of the range, live; of a chosen past span, stored ones
 *   1 h                  windows          the same
 *   over 1 h             windows          of the last 15 minutes, live
 *
 * - Live results are read once, then `receive` adds the results of the stream; duplicates are merged.
 * - Ranges end at the installation's time, rounded up (live 5 s, history 60 s), so that charts do not redraw every second.
 *
 * Call it in an injection context.
 */
export function targetResults({ id, range, from, to, check = ALL_CHECKS }: AskedResults) {
  const probing = inject(ProbingClient);
  const { nowMs, behindMs } = inject(Clock);
  const untilMs = (stepMs: number): Signal<number> => computed(() => Math.ceil(nowMs() / stepMs) * stepMs);
  const liveUntilMs = untilMs(LIVE_AGAIN_MS);
  const historyUntilMs = untilMs(HISTORY_AGAIN_MS);

  const chosenRange = computed(() => readTimeRange(range(), '6h'));
  /** A span chosen in a chart, in a table or as text, instead of a range up to now. */
  const span = computed(() => readSpan(from(), to(), historyUntilMs()));
  const frame = computed<TimeSpan>(() => {
    const toMs = historyUntilMs();
    return span() ?? { fromMs: toMs - rangeMs(chosenRange()), toMs };
  });
  const lengthMs = computed(() => frame().toMs - frame().fromMs);
  const isShort = computed(() => lengthMs() <= SINGLES_FOR_MS_MAX);
  /** A short span in the past, whose stored results replace the live ones. */
  const pastSpan = computed(() => (isShort() && to() !== undefined ? span() : null));
  const showsHistory = computed(() => lengthMs() >= HISTORY_FOR_MS_MIN);
  const liveForMs = computed(() => (isShort() && pastSpan() === null ? lengthMs() : LIVE_FOR_MS));
  const keptForMs = computed(() => Math.max(LIVE_FOR_MS, liveForMs()));

  const last = probing.listResults(id, () => ({ from: `now-${Math.ceil(keptForMs() / 60_000)}m` }), RESULTS_MAX);
  const past = probing.listResults(id, () => inIso(pastSpan()), RESULTS_MAX);
  const windows = targetTimeline({ id, check, frame, isShown: showsHistory });
  const keptLast = keepLast(last, id);
  const keptPast = keepLast(past, () => `${id()} ${from()} ${to()}`);

  const recent = linkedSignal<{ id: string; value: ProbeResult[] | undefined; behindMs: number }, ProbeResult[]>({
    // Recomputed when the clock correction becomes known: results read earlier may belong to the last minutes.
    source: () => ({ id: id(), value: keptLast.value(), behindMs: behindMs() }),
    computation: (read, before) =>
      mergeResults(before?.source.id === read.id ? before.value : [], read.value ?? [], untracked(nowMs) - keptForMs()),
  });
  const singlesFrame = computed<TimeSpan>(() => {
    const toMs = liveUntilMs();
    return pastSpan() ?? { fromMs: toMs - liveForMs(), toMs };
  });

  return {
    chosenRange,
    span,
    frame,
    pastSpan,
    showsHistory,
    ...windows,
    /** Results of all checks in the last minutes, newest first. */
    recent: recent.asReadonly(),
    /** Single results in the time span `singlesFrame`, newest first. */
    singles: computed(() => (pastSpan() === null ? recent() : (keptPast.value() ?? [])).filter(isOf(check()))),
    singlesFrame,
    singlesMinutes: computed(() => Math.round(liveForMs() / 60_000)),
    zone: computed(() => zoneText(singlesFrame().toMs)),
    historyZone: computed(() => zonesText(frame().fromMs, frame().toMs)),
    reads: { last: keptLast, past: keptPast, history: windows.historyRead },
    namedReads: [
      { what: 'the results', read: keptLast },
      { what: 'the results of the span', read: keptPast },
      ...windows.namedReads,
    ],
    reload(): void {
      for (const read of [last, past, windows]) read.reload();
    },
    /** Adds results from the stream. */
    receive(results: ProbeResult[]): void {
      if (results.length > 0) recent.update((kept) => mergeResults(kept, results, nowMs() - keptForMs()));
    },
  };
}

/** Returns whether results are of a check; with null, all are. */
function isOf(check: number | null): (result: ProbeResult) => boolean {
  return (result) => check === null || result.check === check;
}

function inIso(span: TimeSpan | null): { from: string; to: string } | null {
  if (span === null) return null;
  return { from: new Date(span.fromMs).toISOString(), to: new Date(span.toMs).toISOString() };
}

/** The results of one target's page. */
export type TargetResults = ReturnType<typeof targetResults>;
