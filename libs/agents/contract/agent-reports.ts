import type { ExecutorHealth } from './agent';

/** States of an executor in which it probes, or will in a moment; without one family of addresses it probes the other. */
const WORKING_STATES: readonly string[] = ['ok', 'idle', 'restarting', 'family_unavailable'];

/** Why an agent cannot probe, as a sentence of its own; null when it can. States of newer agents that are not known here count as broken. */
export function executorTrouble(executors: readonly ExecutorHealth[]): string | null {
  const broken = executors.find(({ type, state }) => type === 'icmp_ping' && !WORKING_STATES.includes(state));
  return broken === undefined ? null : `executor ${broken.type} is ${broken.state}: ${broken.detail}`;
}

/** The latest report of one agent, as far as liveness goes. */
export interface AgentReport {
  agentId: string;
  /** By the gateway's clock. */
  receivedAtMs: number;
  /** Why it cannot probe; null when it can. */
  trouble: string | null;
}

/** What was heard of the agents. The worker composes it with the agents' own read model, the assignment asks it. */
export abstract class AgentReports {
  abstract latest(): Promise<AgentReport[]>;
  /** Reports that lie in Kafka and were not read for `forMs`: silence says nothing then. Null when that is not known. */
  abstract unread(forMs: number): Promise<number | null>;
}
