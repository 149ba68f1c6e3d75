import { computed, inject, linkedSignal } from '@angular/core';
import { keepLast } from '@icmp-mon/platform/ui-kit';
import type { ProbeResult } from '@icmp-mon/probing/contract';
import { leadingCheck } from '@icmp-mon/tiers/contract';
import { TiersClient } from '@icmp-mon/tiers/ui';

/** Returns the checks of a target's tier, and which of them its page shows. Call it in an injection context. */
export function shownCheck(tier: () => string | null) {
  const read = keepLast(inject(TiersClient).readTier(tier), () => tier() ?? '');
  const checks = computed(() => read.value()?.checks ?? []);
  const leading = computed(() => (checks().length > 1 ? (leadingCheck(checks())?.check ?? null) : null));
  return {
    checks,
    /** Number of the selected check: first the one of the target's figures. Null while the tier has one check: former ones are shown too. */
    check: linkedSignal<number | null>(() => leading()),
    /** Whether the result belongs to the figures of the target. */
    isLeading: ({ check }: ProbeResult): boolean => leading() === null || check === leading(),
  };
}
