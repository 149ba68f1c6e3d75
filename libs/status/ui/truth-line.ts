import { countText, durationText, rateText } from '@icmp-mon/platform/ui-kit';
import { type FleetCounts } from '@icmp-mon/platform/live-stream';
import { STATUSES } from '@icmp-mon/status/contract';

/**
 * Returns the fleet's state in one line, worst first: `1 down · 7 up · 1 of 1 agents · 0.5 results/s · data 0.8 s old`. A status without
 * targets is left out, except `up`.
 */
export function truthLine(counts: FleetCounts, dataAgeMs: number | null, withAgents = true): string {
  const parts = STATUSES.filter((status) => counts[status] > 0 || status === 'up').map(
    (status) => `${countText(counts[status])} ${status}`,
  );
  if (withAgents) parts.push(...fleetParts(counts));
  parts.push(dataAgeMs === null ? 'no data yet' : `data ${durationText(dataAgeMs)} old`);
  return parts.join(' · ');
}

/**
 * Returns the agents' part. Agents whose reports are not being consumed are neither connected nor lost, and their current figures are
 * unknown.
 */
function fleetParts({ agentsConnected, agentsTotal, agentsUnknown = 0, resultsPerS }: FleetCounts): string[] {
  if (agentsUnknown > 0) return [`${agentsUnknown} of ${agentsTotal} agents unknown`];
  return [`${agentsConnected} of ${agentsTotal} agents`, `${rateText(resultsPerS)} results/s`];
}
