import type { ReadFailure } from '@icmp-mon/platform/ui-kit';

/** State of the list before its first read. */
export const NOTHING_READ = {
  length: 0,
  loadingFirst: true,
  refreshing: false,
  failure: null as ReadFailure | null,
  outOfPlace: 0,
  pausedSinceMs: null as number | null,
  heldBack: 0,
};
/** State of the list apart from its rows. */
export type RowsState = typeof NOTHING_READ;
