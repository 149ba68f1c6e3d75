/** Stream of an agent: `agent-<id>`. Relayed to `public.agents.v1`, keyed by agent id. */
export const AGENT_STREAM = 'agent';

export interface AgentEnrolled {
  type: 'AgentEnrolled';
  data: {
    agentId: string;
    name: string;
    region: string;
    provider: string;
    tags: Record<string, string>;
    /** Probes per second the agent may be asked for; null is unlimited. */
    capacityPps: number | null;
    certificateSha256: string;
    notAfter: string;
  };
}

export interface AgentCertificateRenewed {
  type: 'AgentCertificateRenewed';
  data: {
    agentId: string;
    certificateSha256: string;
    /** The certificate that asked for it: still good, because the answer may have been lost. */
    replacesSha256: string;
    notAfter: string;
  };
}

export type AgentEvent = AgentEnrolled | AgentCertificateRenewed;
