import type { AgentState } from './agent-events';

/** Changes of an agent's lifecycle state: the last segment of `POST /api/v1/agents/{id}/<change>`. */
export const AGENT_CHANGES = ['drain', 'cancel-drain', 'retire', 'evict', 'ban', 'unban'] as const;
export type AgentChange = (typeof AGENT_CHANGES)[number];

export const REASON_LENGTH_MAX = 200;

export interface ChangeAgentRequest {
  /** Reason for the audit log and for later readers of the agent's page; at most 200 characters. */
  reason?: string;
  /** For `retire` only: retires the agent immediately, without waiting until it holds no targets and its spool is shipped. */
  force?: boolean;
}

export interface ChangedAgent {
  id: string;
  name: string;
  state: AgentState;
  thenRetire: boolean;
  version: number;
}
