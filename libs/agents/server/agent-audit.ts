import {
  type AgentEvent,
  type AgentLifeCycleData,
  type AgentState,
  type EnrolmentTokenEvent,
  type TokenBounds,
} from '@icmp-mon/agents/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { type AuditFields, audited, tagFields } from '@icmp-mon/platform/plugins';
import { AGENT } from './agent';
import { ENROLMENT_TOKEN } from './token-events';

/** Describes a change of the state of an agent. */
const becomes = (state: AgentState, did: string) => ({
  did: ({ reason }: AgentLifeCycleData) => (reason === null ? did : `${did}: ${reason}`),
  fields: (_data: AgentLifeCycleData, before: AuditFields): AuditFields => ({ ...before, state, thenRetire: null }),
});

/** How the audit describes the events of agents. */
export const AGENT_AUDIT = audited<AgentEvent>({
  aggregate: AGENT,
  kind: 'agent',
  types: {
    AgentEnrolled: {
      did: () => 'enrolled the agent',
      fields: ({ name, region, provider, tags, capacityPps, certificateSha256, tokenId = null }, before) => ({
        ...{ name, region, provider, capacityPps: textOf(capacityPps), state: 'active', certificateSha256, tokenId },
        ...tagFields(tags),
        ...observedFields(before),
      }),
    },
    AgentCertificateRenewed: { did: () => 'renewed the certificate of the agent' },
    AgentDescribed: { did: () => 'changed the description of the agent', fields: described },
    AgentDrainStarted: {
      did: ({ reason, thenRetire }) =>
        `began to drain the agent${thenRetire ? ' and to retire it then' : ''}${reason === null ? '' : `: ${reason}`}`,
      fields: ({ thenRetire }, before) => ({ ...before, state: 'draining', thenRetire: thenRetire ? 'true' : null }),
    },
    AgentDrainCancelled: becomes('active', 'cancelled the drain of the agent'),
    AgentRetired: becomes('retired', 'retired the agent'),
    AgentEvicted: becomes('evicted', 'evicted the agent'),
    AgentBanned: becomes('banned', 'banned the agent'),
    AgentUnbanned: becomes('evicted', 'lifted the ban of the agent'),
    AgentLost: {
      did: ({ cause }) => `recorded that the agent is lost: ${cause}`,
      fields: ({ since }, before) => ({ ...before, lostSince: since }),
    },
    AgentReturned: {
      did: () => 'recorded that the agent returned',
      fields: (_data, before) => ({ ...before, lostSince: null }),
    },
    AgentVersionChanged: {
      did: ({ to }) => `recorded that the agent runs version ${to}`,
      fields: ({ to }, before) => ({ ...before, version: to }),
    },
  },
  nameEntities: async (sql, ids) => {
    const rows = await sql.query<{ id: string; name: string }>(
      'SELECT id, name FROM agent WHERE id::text = ANY ($1::text[])',
      [ids],
    );
    return new Map(rows.map(({ id, name }) => [id, name]));
  },
  findEntities: findAgents,
});

/** Fields that an enrolment does not change. */
function observedFields(before: AuditFields): AuditFields {
  return Object.fromEntries(Object.entries(before).filter(([field]) => field === 'lostSince' || field === 'version'));
}

/** Events of releases before this one state only provider and tags. */
function described(
  { provider, tags, name, region, capacityPps }: Extract<AgentEvent, { type: 'AgentDescribed' }>['data'],
  before: AuditFields,
): AuditFields {
  const kept = Object.fromEntries(Object.entries(before).filter(([field]) => !field.startsWith('tag:')));
  return {
    ...kept,
    provider,
    ...(name !== undefined && { name }),
    ...(region !== undefined && { region }),
    ...(capacityPps !== undefined && { capacityPps: textOf(capacityPps) }),
    ...tagFields(tags),
  };
}

async function findAgents(sql: Sql, name: string): Promise<string[]> {
  const rows = await sql.query<{ id: string }>('SELECT id FROM agent WHERE name = $1', [name]);
  return rows.map(({ id }) => id);
}

/** How the audit describes the events of enrolment tokens; the secret is in none of them. */
export const ENROLMENT_TOKEN_AUDIT = audited<EnrolmentTokenEvent>({
  aggregate: ENROLMENT_TOKEN,
  kind: 'enrolment-token',
  types: {
    EnrolmentTokenMade: {
      did: ({ uses }) => `created the enrolment token, for ${uses} ${uses === 1 ? 'use' : 'uses'}`,
      fields: ({ uses, expiresAt, ...bounds }) => ({ ...boundFields(bounds), uses: String(uses), expiresAt }),
    },
    EnrolmentTokenRevoked: { did: () => 'revoked the enrolment token', fields: () => ({}) },
  },
});

function boundFields({ region, agentName, provider = null, tags = {}, capacityPps = null }: TokenBounds): AuditFields {
  return { region, agentName, provider, capacityPps: textOf(capacityPps), ...tagFields(tags) };
}

const textOf = (value: number | null): string | null => (value === null ? null : String(value));
