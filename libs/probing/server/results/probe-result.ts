import { type CheckType, decodeDetail, OUTCOME, outcomeName, type ProbeResult } from '@icmp-mon/probing/contract';
import { type SeriesSamples } from '@icmp-mon/probing/wire';
import type { StoredAgent } from './stored-agents';

/** Returns a row of `samples` as the API represents it. */
export function probeResult(
  agent: StoredAgent,
  { check, type }: { check: number; type: CheckType | null },
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
    type,
    outcome: outcomeName(outcome),
    rttUs: outcome === OUTCOME.reply ? samples.rttUs[row] : null,
    ...(samples.details.size > 0 && decodeDetail(samples.details.get(row))),
  };
}
