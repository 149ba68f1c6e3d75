import type { AgentPolicy } from '@icmp-mon/agents/contract';
import { completePolicy, type StoredTierPolicy } from '@icmp-mon/tiers/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { type Condition, holdDownMs } from './agent-conditions';
import { type AgentPool, agentPool, type Readiness } from './assign';
import { LAST_DECISIONS } from './condition-log';
import { PolicyRanges } from './policy-ranges';

/** Only agents in these states may be selected. */
const IN_SERVICE = ['active', 'draining'];

interface AgentRow {
  id: string;
  region: string;
  tags: Record<string, string>;
  state: string;
  condition: Condition | null;
  sinceMs: number | null;
  heldMs: number | null;
  digest: string | null;
  refusedKeys: number[] | null;
}

/** Cache of compiled policies by digest: compiling ten thousand ranges takes longer than checking an address against them. */
const compiled = new Map<string, PolicyRanges>();
const COMPILED_MAX = 1_000;

/** Reads, by tier, the agents to select from, with their stored conditions and policies. */
export async function readPools(sql: Sql): Promise<Map<string, AgentPool>> {
  const tiers = await sql.query<{ name: string; policy: StoredTierPolicy }>('SELECT name, policy FROM assignment_tier');
  const [{ maxMs }] = await sql.query<{ maxMs: number }>('SELECT hold_down_max_ms AS "maxMs" FROM assignment_watch');
  const agents = await sql.query<AgentRow>(
    `SELECT a.id::text AS id, a.region, a.tags, a.state, d.condition,
       (extract(epoch FROM d.since) * 1000)::float8 AS "sinceMs", d.held_ms AS "heldMs", p.digest, p.refused_keys::float8[] AS "refusedKeys"
     FROM assignment_agent a
     LEFT JOIN ${LAST_DECISIONS} AS d ON d.agent_id = a.id
     LEFT JOIN assignment_agent_policy p ON p.agent_id = a.id
     WHERE a.state = ANY($1)`,
    [IN_SERVICE],
  );
  await compilePolicies(sql, agents);
  const refusedKeys = new Map(
    agents.flatMap(({ id, refusedKeys: keys }) => (keys?.length ? [[id, new Set(keys)] as const] : [])),
  );
  return new Map(
    tiers.map(({ name, policy }) => {
      const tierHoldDownMs = holdDownMs(policy.probeIntervalMs, maxMs);
      const candidates = agents.map((agent) => ({
        ...{ id: agent.id, region: agent.region, tags: agent.tags },
        readiness: readinessOf(agent, tierHoldDownMs),
        policy: agent.digest === null ? undefined : compiled.get(agent.digest),
        refusedKeys: refusedKeys.get(agent.id),
      }));
      return [name, agentPool(candidates, completePolicy(policy).agentSelection)];
    }),
  );
}

function readinessOf({ state, condition, sinceMs, heldMs }: AgentRow, tierHoldDownMs: number): Readiness {
  if (condition === null || condition === 'unheard') return 'unheard';
  if (state === 'draining') return condition === 'ok' || condition === 'returning' ? 'draining' : 'unheard';
  if (heldMs !== null && heldMs >= tierHoldDownMs) return 'lost';
  return condition === 'ok' || condition === 'returning' ? 'ready' : (sinceMs ?? 0);
}

async function compilePolicies(sql: Sql, agents: readonly AgentRow[]): Promise<void> {
  if (compiled.size > COMPILED_MAX) compiled.clear();
  const missing = [
    ...new Set(agents.flatMap(({ digest }) => (digest === null || compiled.has(digest) ? [] : [digest]))),
  ];
  if (missing.length === 0) return;
  const rows = await sql.query<{ digest: string; policy: AgentPolicy }>(
    'SELECT DISTINCT ON (digest) digest, policy FROM assignment_agent_policy WHERE digest = ANY($1)',
    [missing],
  );
  for (const { digest, policy } of rows) compiled.set(digest, new PolicyRanges(policy));
}
