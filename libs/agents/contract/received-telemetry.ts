import type { AgentTelemetry } from './agent';

/** Topic of agents' reports, keyed by agent id. */
export const AGENT_TELEMETRY_TOPIC = 'internal.agent-telemetry';
/** Consumer group that keeps the latest report of each agent. */
export const AGENT_HEALTH_GROUP = 'agent-health';

/** Value of `internal.agent-telemetry`. */
export interface ReceivedTelemetry {
  agentId: string;
  /** Gateway's clock, ISO 8601. */
  receivedAt: string;
  /** Address that the agent's request came from, as the gateway saw it; older gateways do not report it. */
  peer?: string;
  telemetry: AgentTelemetry;
}
