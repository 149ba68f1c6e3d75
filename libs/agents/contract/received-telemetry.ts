import type { AgentTelemetry } from './agent';

/** Topic of agents' telemetry reports, keyed by agent id. */
export const AGENT_TELEMETRY_TOPIC = 'internal.agent-telemetry';
/** Consumer group that stores the latest report of each agent. */
export const AGENT_HEALTH_GROUP = 'agent-health';

/** Value of `internal.agent-telemetry`. */
export interface ReceivedTelemetry {
  agentId: string;
  /** Receive time by the gateway's clock, ISO 8601. */
  receivedAt: string;
  /** Peer address of the agent's request as the gateway saw it; missing from older gateways. */
  peer?: string;
  telemetry: AgentTelemetry;
}
