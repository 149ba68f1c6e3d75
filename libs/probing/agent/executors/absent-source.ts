import { OUTCOME } from '@icmp-mon/probing/contract';
import { familyOf } from './address-family';
import type { OnResult, ProbeSlice } from './executor';

/**
 * Reports the targets of a slice that cannot be pinged, because this machine lacks their source address, as errors. Returns the targets of the
 * other address family as a slice without that source, and where its results go; null if there are none.
 */
export function reportAbsent(
  source: string,
  slice: ProbeSlice,
  onResult: OnResult,
  nowMs: number,
): { slice: ProbeSlice; onResult: OnResult } | null {
  const others: number[] = [];
  for (const [index, ip] of slice.ips.entries()) {
    if (familyOf(ip) === familyOf(source)) onResult(index, nowMs, OUTCOME.error, 0);
    else others.push(index);
  }
  if (others.length === 0) return null;
  const ips = others.map((at) => slice.ips[at] ?? '');
  const checks = slice.checks.slice(0, 1).map(({ source: _source, ...check }) => check);
  const onNoData: ProbeSlice['onNoData'] = (at, ...why) => slice.onNoData?.(others[at] ?? -1, ...why);
  return {
    slice: { ...slice, ips, checks, onNoData },
    onResult: (at, ...result) => onResult(others[at] ?? -1, ...result),
  };
}
