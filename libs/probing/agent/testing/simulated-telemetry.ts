import type { AgentTelemetry } from '@icmp-mon/agents/contract';

/** Returns the report of a simulated agent that can probe. */
export function simulatedTelemetry(targets: number): AgentTelemetry {
  const now = new Date().toISOString();
  return {
    ...{ at: now, startedAt: now, agentVersion: '0.0.0', assignmentVersion: 0, targets, probesPerS: 0, resultsPerS: 0 },
    ...{ cpuCores: 0, executorCpuCores: 0, rssBytes: 0, spoolBlocks: 0, spoolBytes: 0, spoolOldestS: 0 },
    ...{ spoolQuarantined: 0, droppedResults: 0, notSentPerS: 0, clockOffsetMs: 0, policyRefusedTargets: 0 },
    executors: [{ type: 'icmp_ping', state: 'ok', detail: '' }],
  };
}
