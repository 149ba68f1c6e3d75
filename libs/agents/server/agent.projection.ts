import {
  type AgentDescribed,
  type AgentDrainStarted,
  type AgentEnrolled,
  type AgentEvent,
  type AgentLifeCycleData,
  stateAfter,
} from '@icmp-mon/agents/contract';
import type { Sql } from '@icmp-mon/platform/database';
import type { ProjectedEvent } from '@icmp-mon/platform/event-store';

/**
 * Projects agents' events to table `agent`. Its rows also contain certificates: an enrolment writes the first one; renewals have no event.
 */
export async function projectAgents(sql: Sql, events: readonly ProjectedEvent<AgentEvent>[]): Promise<void> {
  for (const event of events) await projectOne(sql, event);
}

async function projectOne(sql: Sql, event: ProjectedEvent<AgentEvent>): Promise<void> {
  if (event.type === 'AgentEnrolled') return enrolled(sql, event as ProjectedEvent<AgentEnrolled>);
  const { agentId } = event.data;
  if (event.type === 'AgentDescribed') {
    return described(sql, event as ProjectedEvent<AgentDescribed>);
  }
  const state = stateAfter(event.type);
  if (state === undefined) {
    await sql.execute('UPDATE agent SET version = $2 WHERE id = $1', [agentId, event.version]);
    return;
  }
  const { reason } = event.data as AgentLifeCycleData;
  const { thenRetire = false } = event.data as Partial<AgentDrainStarted['data']>;
  await sql.execute(
    `UPDATE agent SET state = $2, state_since = $3, state_reason = $4, then_retire = $5, version = $6 WHERE id = $1`,
    [agentId, state, event.occurredAt, reason, thenRetire, event.version],
  );
}

/** Events of earlier releases contain only provider and tags. */
async function described(sql: Sql, { data, version }: ProjectedEvent<AgentDescribed>): Promise<void> {
  const { agentId, provider, tags, name, region, capacityPps, setByOperator } = data;
  await sql.execute(
    `UPDATE agent SET provider = $2, tags = $3::jsonb, version = $4, name = coalesce($5, name), region = coalesce($6, region),
       capacity_pps = CASE WHEN $7 THEN $8::integer ELSE capacity_pps END, set_by_operator = coalesce($9::text[], set_by_operator)
     WHERE id = $1`,
    [
      ...[agentId, provider, JSON.stringify(tags), version, name ?? null, region ?? null],
      ...[capacityPps !== undefined, capacityPps ?? null, setByOperator ?? null],
    ],
  );
}

async function enrolled(
  sql: Sql,
  { data, version, occurredAt }: Pick<ProjectedEvent<AgentEnrolled>, 'data' | 'version' | 'occurredAt'>,
): Promise<void> {
  await sql.execute(
    `INSERT INTO agent (id, name, region, provider, tags, capacity_pps, certificate_sha256, certificate_not_after,
       enrolled_at, version, key_sha256, state, state_since, set_by_operator)
     VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9, $10, $11, 'active', $9, $12)
     ON CONFLICT (id) DO UPDATE SET region = EXCLUDED.region, provider = EXCLUDED.provider, tags = EXCLUDED.tags,
       capacity_pps = EXCLUDED.capacity_pps, certificate_sha256 = EXCLUDED.certificate_sha256,
       previous_certificate_sha256 = NULL, certificate_not_after = EXCLUDED.certificate_not_after,
       certificate_used_at = NULL, clone_suspected_at = NULL, key_sha256 = EXCLUDED.key_sha256,
       enrolled_at = EXCLUDED.enrolled_at, version = EXCLUDED.version, set_by_operator = EXCLUDED.set_by_operator,
       state = 'active', state_since = EXCLUDED.state_since, state_reason = NULL, then_retire = false`,
    [
      data.agentId,
      data.name,
      data.region,
      data.provider,
      JSON.stringify(data.tags),
      data.capacityPps,
      data.certificateSha256,
      data.notAfter,
      occurredAt,
      version,
      data.keySha256 ?? null,
      data.setByOperator ?? [],
    ],
  );
}
