import { findPathChange, type PathDifference, type Trace } from '@icmp-mon/paths/contract';

/** A stored trace of one agent to one target. */
export interface PairTrace {
  id: string;
  at: string;
  trace: Trace;
}

/** A change of the same pair that was decided before. */
export type EarlierChange = Pick<PathDifference, 'left'> & { at: string };

/** Traces that `findPathChange` looks at. */
export const TRACES_COMPARED = 20;

/**
 * Returns the change that the latest trace shows first; null if there is none. `findPathChange` returns a change again while the former path is
 * among the usual traces, so an address that has left before is dropped unless it has answered since.
 * @param traces of one agent to one target, oldest first
 */
export function nextChange(traces: readonly PairTrace[], earlier: readonly EarlierChange[]): PathDifference | null {
  const difference = findPathChange(traces.map(({ trace }) => trace));
  if (difference === null) return null;
  const left = difference.left.filter((address) => !isReported(address, traces, earlier));
  return left.length + difference.joined.length === 0 ? null : { left, joined: difference.joined };
}

function isReported(address: string, traces: readonly PairTrace[], earlier: readonly EarlierChange[]): boolean {
  const lastSeenAt = traces.findLast(({ trace }) => trace.addresses.includes(address))?.at ?? '';
  return earlier.some(({ at, left }) => at > lastSeenAt && left.includes(address));
}
