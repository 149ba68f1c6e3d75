import { computed, inject, type Signal } from '@angular/core';
import { keepLast } from '@icmp-mon/platform/ui-kit';
import type { TargetView } from '@icmp-mon/targets/contract';
import { pausedText } from './lifetime-text';
import { TargetsClient } from './targets.client';

/** Changes among which the one that paused a target is found. */
const CHANGES_READ = 100;

/** Returns since when and by whom a target is paused; null if it is not. Call it in an injection context. */
export function targetPause(shownId: Signal<string>, view: Signal<TargetView | undefined>): Signal<string | null> {
  const pausing = keepLast(
    inject(TargetsClient).readChanges(() => {
      const { id, version, paused } = view() ?? { id: '', version: 0, paused: false };
      return paused ? { id, version, limit: CHANGES_READ } : null;
    }),
    shownId,
  );
  return computed(() => (view()?.paused === true ? pausedText(pausing.value()?.items ?? []) : null));
}
