import { CHECK_TYPES, OUTCOME, outcomeName, type ProbeResult } from '@icmp-mon/probing/contract';
import { type SeriesSamples } from '@icmp-mon/probing/wire';
import type { StoredAgent } from './stored-agents';

/** Returns a row of `samples` as the API represents it. All stored checks are pings: the series do not contain their types. */
export function probeResult(
  agent: StoredAgent,
  check: number,
  windowStartMs: number,
  samples: SeriesSamples,
  row: number,
): ProbeResult {
  const outcome = samples.outcome[row];
  return {
    at: new Date(windowStartMs + samples.timeOffsetMs[row]).toISOString(),
    agentId: agent.agentId,
    agentName: agent.agentName,
    check,
    type: CHECK_TYPES[0],
    outcome: outcomeName(outcome),
    rttUs: outcome === OUTCOME.reply ? samples.rttUs[row] : null,
  };
}
