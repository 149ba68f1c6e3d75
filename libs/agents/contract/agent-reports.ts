import type { ExecutorHealth } from './executor-health';
import type { AnchorEvidence } from './anchors';

/**
 * States in which an executor probes, or will within moments. With `family_unavailable` it still probes the other address family, with
 * `source_missing` everything but pings from that address.
 */
const WORKING_STATES: readonly string[] = ['ok', 'idle', 'restarting', 'family_unavailable', 'source_missing'];

/**
 * Returns why an agent cannot probe, as a complete sentence; null when it can. States of newer agents that are unknown here count as
 * broken.
 */
export function executorTrouble(executors: readonly ExecutorHealth[]): string | null {
  const broken = executors.find(({ type, state }) => type === 'icmp_ping' && !WORKING_STATES.includes(state));
  return broken === undefined ? null : `executor ${broken.type} is ${broken.state}: ${broken.detail}`;
}

/** Latest report of one agent, reduced to what liveness needs. */
export interface AgentReport {
  agentId: string;
  /** Receive time by the gateway's clock. */
  receivedAtMs: number;
  /** Why the agent cannot probe; null when it can. */
  trouble: string | null;
  /** Version of the agent. */
  version?: string;
  /** Evidence of its anchors; missing from older agents. */
  anchors?: AnchorEvidence;
}

/** Latest reports of all agents. The worker binds it to the agents' read model; the assignment context reads it. */
export abstract class AgentReports {
  abstract latestReports(): Promise<AgentReport[]>;
  /**
   * Returns how many reports in Kafka have been unread for at least `forMs`; then a missing report does not mean that an agent is lost.
   * Null when the number cannot be determined.
   */
  abstract unread(forMs: number): Promise<number | null>;
}
