import type { AgentState } from './agent-events';

/** `POST /api/v1/agents/{id}/<change>`. */
export const AGENT_CHANGES = ['drain', 'cancel-drain', 'retire', 'evict', 'ban', 'unban'] as const;
export type AgentChange = (typeof AGENT_CHANGES)[number];

export const REASON_LENGTH_MAX = 200;

export interface ChangeAgentRequest {
  /** For the audit and for those who look at the agent later; at most 200 characters. */
  reason?: string;
  /** Of `retire` only: at once, without giving its targets and its spool the time. */
  force?: boolean;
}

export interface ChangedAgent {
  id: string;
  name: string;
  state: AgentState;
  thenRetire: boolean;
  version: number;
}
