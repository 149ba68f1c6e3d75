import type { AgentPolicy } from '@icmp-mon/agents/contract';
import { packetsPerProbe } from '@icmp-mon/probing/contract';
import { completePolicy, type StoredTierPolicy, type TierPolicy } from '@icmp-mon/tiers/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { type Condition, holdDownMs } from './agent-conditions';
import { type AgentPool, agentPool, type Readiness } from './agent-pool';
import { LAST_DECISIONS } from './condition-log';
import { PolicyRanges } from './policy-ranges';

/** Only agents in these states may be selected. */
const IN_SERVICE = ['active', 'draining'];
/** Agents probe no target more often. */
const INTERVAL_MS_MIN = 1_000;

/** Everything besides the targets on which selections depend, as stored. */
export interface StoredPools {
  byTier: ReadonlyMap<string, AgentPool>;
  /** Packets per second that one target of a tier costs each of its agents. */
  targetPps: ReadonlyMap<string, number>;
  /** Packets per second that an agent can send; agents without a limit are missing. */
  capacities: ReadonlyMap<string, number>;
}

interface AgentRow {
  id: string;
  name: string;
  region: string;
  provider: string;
  tags: Record<string, string>;
  state: string;
  condition: Condition | null;
  sinceMs: number | null;
  heldMs: number | null;
  digest: string | null;
  refusedKeys: number[] | null;
  operatorPps: number | null;
  policyPps: number | null;
  threshold: number | null;
  outdatedSinceMs: number | null;
}

/** Cache of compiled policies by digest: compiling ten thousand ranges takes longer than checking an address against them. */
const compiled = new Map<string, PolicyRanges>();
const COMPILED_MAX = 1_000;
/** The same by ranges: files that differ only in their packet rate decide the same, once for all of their agents. */
const byRanges = new Map<string, PolicyRanges>();

/** Reads, by tier, the agents to select from, with their stored conditions, policies and admission thresholds. */
export async function readPools(sql: Sql): Promise<StoredPools> {
  const tiers = await sql.query<{ name: string; policy: StoredTierPolicy }>('SELECT name, policy FROM assignment_tier');
  return poolsOf(
    tiers.map(({ name, policy }) => ({ name, policy: completePolicy(policy) })),
    await readAgents(sql),
  );
}

/** Agents in service, and the longest hold-down of any tier. */
export interface StoredAgents {
  rows: AgentRow[];
  holdDownMaxMs: number;
}

export async function readAgents(sql: Sql): Promise<StoredAgents> {
  const [{ maxMs }] = await sql.query<{ maxMs: number }>('SELECT hold_down_max_ms AS "maxMs" FROM assignment_watch');
  const rows = await sql.query<AgentRow>(
    `SELECT a.id::text AS id, a.name, a.region, a.provider, a.tags, a.state, d.condition,
       (extract(epoch FROM d.since) * 1000)::float8 AS "sinceMs", d.held_ms AS "heldMs", p.digest, p.refused_keys::float8[] AS "refusedKeys",
       a.capacity_pps AS "operatorPps", (p.policy ->> 'packetsPerSecond')::float8 AS "policyPps", l.threshold::float8 AS threshold,
       (extract(epoch FROM o.since) * 1000)::float8 AS "outdatedSinceMs"
     FROM assignment_agent a
     LEFT JOIN ${LAST_DECISIONS} AS d ON d.agent_id = a.id
     LEFT JOIN assignment_agent_policy p ON p.agent_id = a.id
     LEFT JOIN assignment_admission l ON l.agent_id = a.id
     LEFT JOIN assignment_agent_outdated o ON o.agent_id = a.id
     WHERE a.state = ANY($1)`,
    [IN_SERVICE],
  );
  await compilePolicies(sql, rows);
  return { rows, holdDownMaxMs: maxMs };
}

/** Prepares the agents of each tier. */
export function poolsOf(
  tiers: readonly { name: string; policy: TierPolicy }[],
  { rows, holdDownMaxMs }: StoredAgents,
): StoredPools {
  const refusedKeys = new Map(
    rows.flatMap(({ id, refusedKeys: keys }) => (keys?.length ? [[id, new Set(keys)] as const] : [])),
  );
  const pools = tiers.map(({ name, policy }) => {
    const tierHoldDownMs = holdDownMs(policy.probeIntervalMs, holdDownMaxMs);
    const candidates = rows.map((agent) => ({
      ...{ id: agent.id, region: agent.region, provider: agent.provider, tags: agent.tags },
      readiness: readinessOf(agent, tierHoldDownMs),
      outdatedSinceMs: agent.outdatedSinceMs,
      policy: agent.digest === null ? undefined : compiled.get(agent.digest),
      refusedKeys: refusedKeys.get(agent.id),
      capacityPps: capacityOf(agent),
      threshold: capacityOf(agent) === null ? 0 : (agent.threshold ?? 0),
    }));
    return [name, agentPool(candidates, policy.agentSelection)] as const;
  });
  const capacities = rows.map((agent) => [agent.id, capacityOf(agent) ?? Infinity] as const);
  return {
    byTier: new Map(pools),
    targetPps: new Map(tiers.map(({ name, policy }) => [name, targetPps(policy)])),
    capacities: new Map(capacities.filter(([, pps]) => pps < Infinity)),
  };
}

/** Returns the packets per second that one target costs each of its agents: for each check the packets of one probe per interval. */
export function targetPps({ checks, probeIntervalMs }: TierPolicy): number {
  const packets = checks.reduce((sum, check) => sum + packetsPerProbe(check), 0);
  return (packets * 1_000) / Math.max(INTERVAL_MS_MIN, probeIntervalMs);
}

/** The lower of the operator's capacity and what the policy file allows; null if neither is known. */
function capacityOf({ operatorPps, policyPps }: AgentRow): number | null {
  return operatorPps === null ? policyPps : Math.min(operatorPps, policyPps ?? Infinity);
}

function readinessOf({ state, condition, sinceMs, heldMs }: AgentRow, tierHoldDownMs: number): Readiness {
  if (condition === null || condition === 'unheard') return 'unheard';
  if (state === 'draining') return condition === 'ok' || condition === 'returning' ? 'draining' : 'unheard';
  if (heldMs !== null && heldMs >= tierHoldDownMs) return 'lost';
  return condition === 'ok' || condition === 'returning' ? 'ready' : (sinceMs ?? 0);
}

async function compilePolicies(sql: Sql, agents: readonly AgentRow[]): Promise<void> {
  if (compiled.size > COMPILED_MAX) {
    compiled.clear();
    byRanges.clear();
  }
  const missing = [
    ...new Set(agents.flatMap(({ digest }) => (digest === null || compiled.has(digest) ? [] : [digest]))),
  ];
  if (missing.length === 0) return;
  const rows = await sql.query<{ digest: string; policy: AgentPolicy }>(
    'SELECT DISTINCT ON (digest) digest, policy FROM assignment_agent_policy WHERE digest = ANY($1)',
    [missing],
  );
  for (const { digest, policy } of rows) {
    const { allow, deny, stopped } = policy;
    const ranges = JSON.stringify([allow, deny, stopped]);
    const same = byRanges.get(ranges) ?? new PolicyRanges(policy);
    byRanges.set(ranges, same);
    compiled.set(digest, same);
  }
}
