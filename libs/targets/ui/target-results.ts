import { computed, inject, linkedSignal, type Signal, untracked } from '@angular/core';
import { rangeMs, readSpan, readTimeRange, type TimeSpan } from '@icmp-mon/platform/charts';
import { Clock, keepLast, zonesText, zoneText } from '@icmp-mon/platform/ui-kit';
import type { ProbeResult } from '@icmp-mon/probing/contract';
import { ProbingClient } from '@icmp-mon/probing/ui';
import { LIVE_FOR_MS, mergeResults, RESULTS_MAX, SINGLES_FOR_MS_MAX } from './live-results';

const LIVE_AGAIN_MS = 5_000;
const HISTORY_AGAIN_MS = 60_000;
/** The history's windows are of 5 minutes at least: over a shorter span they are no chart. */
const HISTORY_FOR_MS_MIN = 60 * 60_000;

/** The target and the time of its page, from the address. */
export interface AskedResults {
  id: Signal<string>;
  range: Signal<string | undefined>;
  from: Signal<string | undefined>;
  to: Signal<string | undefined>;
}

/**
 * What a target's page shows of its results: windows of the history over a long span, single results over a short one, and always the
 * last minutes, kept current by `receive`. Call it in an injection context.
 */
export function targetResults({ id, range, from, to }: AskedResults) {
  const probing = inject(ProbingClient);
  const { nowMs, behindMs } = inject(Clock);
  const untilMs = (stepMs: number): Signal<number> => computed(() => Math.ceil(nowMs() / stepMs) * stepMs);
  const liveUntilMs = untilMs(LIVE_AGAIN_MS);
  const historyUntilMs = untilMs(HISTORY_AGAIN_MS);

  const chosenRange = computed(() => readTimeRange(range(), '6h'));
  /** A span that was chosen in a chart, in the table or in words, instead of a range up to now. */
  const span = computed(() => readSpan(from(), to(), historyUntilMs()));
  const frame = computed<TimeSpan>(() => {
    const toMs = historyUntilMs();
    return span() ?? { fromMs: toMs - rangeMs(chosenRange()), toMs };
  });
  const lengthMs = computed(() => frame().toMs - frame().fromMs);
  const isShort = computed(() => lengthMs() <= SINGLES_FOR_MS_MAX);
  /** A short span of the past, whose single results are shown instead of those that are live. */
  const pastSpan = computed(() => (isShort() && to() !== undefined ? span() : null));
  const showsHistory = computed(() => lengthMs() >= HISTORY_FOR_MS_MIN);
  const liveForMs = computed(() => (isShort() && pastSpan() === null ? lengthMs() : LIVE_FOR_MS));
  const keptForMs = computed(() => Math.max(LIVE_FOR_MS, liveForMs()));

  const last = probing.results(id, () => ({ from: `now-${Math.ceil(keptForMs() / 60_000)}m` }), RESULTS_MAX);
  const past = probing.results(id, () => inIso(pastSpan()), RESULTS_MAX);
  const history = probing.history(id, () => (showsHistory() ? frame() : null));
  const keptLast = keepLast(last, id);
  const keptPast = keepLast(past, () => `${id()} ${from()} ${to()}`);
  const keptHistory = keepLast(history, id);

  const recent = linkedSignal<{ id: string; value: ProbeResult[] | undefined; behindMs: number }, ProbeResult[]>({
    // When the correction of the clock becomes known, results read before may belong to the last minutes after all.
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
    history: computed(() => keptHistory.value()),
    /** Results of the last minutes, newest first. */
    recent: recent.asReadonly(),
    /** Single results of `singlesFrame`, newest first. */
    singles: computed(() => (pastSpan() === null ? recent() : (keptPast.value() ?? []))),
    singlesFrame,
    singlesMinutes: computed(() => Math.round(liveForMs() / 60_000)),
    zone: computed(() => zoneText(singlesFrame().toMs)),
    historyZone: computed(() => zonesText(frame().fromMs, frame().toMs)),
    reads: { last: keptLast, past: keptPast, history: keptHistory },
    reload(): void {
      last.reload();
      past.reload();
      history.reload();
    },
    /** Adds results that just came. */
    receive(results: ProbeResult[]): void {
      if (results.length > 0) recent.update((kept) => mergeResults(kept, results, nowMs() - keptForMs()));
    },
  };
}

function inIso(span: TimeSpan | null): { from: string; to: string } | null {
  if (span === null) return null;
  return { from: new Date(span.fromMs).toISOString(), to: new Date(span.toMs).toISOString() };
}
