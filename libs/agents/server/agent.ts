import { AGENT_STREAM, type AgentEnrolled, type AgentEvent } from '@icmp-mon/agents/contract';
import type { Sql } from '@icmp-mon/platform/database';
import type { Aggregate, ProjectedEvent } from '@icmp-mon/platform/event-store';

export type AgentState =
  | { kind: 'unknown' }
  | { kind: 'enrolled'; name: string; certificateSha256: string; previousCertificateSha256: string | null };

/** A vantage point: enrolled once, anew when it lost its state, its certificate renewed daily. */
export const AGENT: Aggregate<AgentState, AgentEvent> = {
  category: AGENT_STREAM,
  initial: { kind: 'unknown' },
  evolve,
  project,
};

/** An enrolment replaces whatever the agent had: its former certificates are no good from here on. */
export function enrol(data: AgentEnrolled['data']): AgentEvent[] {
  return [{ type: 'AgentEnrolled', data }];
}

export interface Renewal {
  agentId: string;
  certificateSha256: string;
  replacesSha256: string;
  notAfter: string;
}

/** Renews for a holder of the agent's present or previous certificate; nothing for anybody else. */
export function renew(state: AgentState, renewal: Renewal): AgentEvent[] {
  if (!acceptsCertificate(state, renewal.replacesSha256)) return [];
  return [{ type: 'AgentCertificateRenewed', data: renewal }];
}

/** Whether a certificate still stands for the agent: its latest, or the one that asked for the latest. */
export function acceptsCertificate(state: AgentState, sha256: string): boolean {
  if (state.kind === 'unknown') return false;
  return state.certificateSha256 === sha256 || state.previousCertificateSha256 === sha256;
}

function evolve(state: AgentState, event: AgentEvent): AgentState {
  switch (event.type) {
    case 'AgentEnrolled': {
      const { name, certificateSha256 } = event.data;
      return { kind: 'enrolled', name, certificateSha256, previousCertificateSha256: null };
    }
    case 'AgentCertificateRenewed': {
      if (state.kind === 'unknown') return state;
      const { certificateSha256, replacesSha256 } = event.data;
      return { ...state, certificateSha256, previousCertificateSha256: replacesSha256 };
    }
    default:
      return event satisfies never;
  }
}

async function project(sql: Sql, events: readonly ProjectedEvent<AgentEvent>[]): Promise<void> {
  for (const event of events) await projectOne(sql, event);
}

async function projectOne(sql: Sql, { type, data, version, occurredAt }: ProjectedEvent<AgentEvent>): Promise<void> {
  if (type === 'AgentEnrolled') {
    const agent = data as AgentEnrolled['data'];
    await sql.execute(
      `INSERT INTO agent (id, name, region, provider, tags, capacity_pps, certificate_sha256, certificate_not_after,
         enrolled_at, version)
       VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9, $10)
       ON CONFLICT (id) DO UPDATE SET region = EXCLUDED.region, provider = EXCLUDED.provider, tags = EXCLUDED.tags,
         capacity_pps = EXCLUDED.capacity_pps, certificate_sha256 = EXCLUDED.certificate_sha256,
         previous_certificate_sha256 = NULL, certificate_not_after = EXCLUDED.certificate_not_after,
         enrolled_at = EXCLUDED.enrolled_at, version = EXCLUDED.version`,
      [
        agent.agentId,
        agent.name,
        agent.region,
        agent.provider,
        JSON.stringify(agent.tags),
        agent.capacityPps,
        agent.certificateSha256,
        agent.notAfter,
        occurredAt,
        version,
      ],
    );
    return;
  }
  const renewal = data as Renewal;
  await sql.execute(
    `UPDATE agent SET certificate_sha256 = $2, previous_certificate_sha256 = $3, certificate_not_after = $4, version = $5
     WHERE id = $1`,
    [renewal.agentId, renewal.certificateSha256, renewal.replacesSha256, renewal.notAfter, version],
  );
}
