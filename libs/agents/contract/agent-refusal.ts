/**
 * Why the gateway refuses an agent's certificate: `code` of the problem document, by which the agent knows what to do.
 * - `agent_not_enrolled`: nobody is enrolled under it; enrol anew
 * - `certificate_expired`: enrol anew
 * - `certificate_replaced`: the agent has enrolled again since, perhaps on another machine; that one goes on
 */
export const AGENT_REFUSALS = ['agent_not_enrolled', 'certificate_expired', 'certificate_replaced'] as const;

export type AgentRefusal = (typeof AGENT_REFUSALS)[number];
