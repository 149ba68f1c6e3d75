import { computed, inject, type Signal } from '@angular/core';
import type { TimeSpan } from '@icmp-mon/platform/charts';
import { keepLast } from '@icmp-mon/platform/ui-kit';
import { ProbingClient } from '@icmp-mon/probing/ui';
import { StatusClient } from '@icmp-mon/status/ui';
import { TargetsClient } from '../targets.client';
import type { Timeline } from './timeline';

/** Longest span whose results are shown by agent, ms. */
const LANES_FOR_MS_MAX = 48 * 60 * 60_000;

interface Asked {
  id: Signal<string>;
  /** Number of the check that is shown; all checks while it is null. */
  check: Signal<number | null>;
  frame: Signal<TimeSpan>;
  /** Whether the history is shown: nothing is read otherwise. */
  isShown: Signal<boolean>;
}

/** Reads everything on the time axis of a target. Call it in an injection context. */
export function targetTimeline({ id, check, frame, isShown }: Asked) {
  const probing = inject(ProbingClient);
  const span = computed(() => (isShown() ? frame() : null));
  const isTooLongForLanes = computed(() => frame().toMs - frame().fromMs > LANES_FOR_MS_MAX);

  const history = probing.history(id, span, check);
  const statuses = inject(StatusClient).readHistory(id, span);
  const lanes = probing.lanes(id, () => (isTooLongForLanes() ? null : span()), check);
  const pathChanges = inject(TargetsClient).readPathChanges(id, span);
  const keptHistory = keepLast(history, () => `${id()} ${check()}`);
  const keptStatuses = keepLast(statuses, id);
  const keptLanes = keepLast(lanes, () => `${id()} ${check()}`);

  return {
    history: computed(() => keptHistory.value()),
    historyRead: keptHistory,
    /** Changes of paths are an extra: without them the rest is shown. */
    timeline: computed((): Timeline => ({
      frame: frame(),
      points: keptHistory.value()?.items ?? [],
      statuses: keptStatuses.value()?.items ?? [],
      corrections: keptStatuses.value()?.corrections ?? [],
      judgedUntilMs: Date.parse(keptStatuses.value()?.asOf ?? '') || 0,
      lanes: (isTooLongForLanes() ? null : keptLanes.value()) ?? null,
      pathChanges: (pathChanges.hasValue() ? pathChanges.value()?.items : null) ?? [],
    })),
    isTooLongForLanes,
    namedReads: [
      { what: 'the history', read: keptHistory },
      { what: 'the statuses', read: keptStatuses },
      { what: 'the results by agent', read: keptLanes },
    ],
    reload(): void {
      for (const read of [history, statuses, lanes, pathChanges]) read.reload();
    },
  };
}
