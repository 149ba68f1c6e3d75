import { shardOf, type TargetFact } from '@icmp-mon/probing/contract';
import type { TierPolicy } from '@icmp-mon/tiers/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { agentPool, assign, type AgentPool, type CandidateAgent } from './assign';
import { appendFacts, takePositions, type PlacedFact } from './feed-writer';

/** Targets that one statement reads and writes: bounds memory and the length of a statement, whatever the inventory. */
const TARGETS_PER_STEP = 5_000;

interface TargetRow {
  key: number;
  targetId: string;
  ip: string;
  vrf: string;
  tier: string;
  selected: string[] | null;
}

interface Pair {
  agentId: string;
  targetKey: number;
}

interface Change {
  row: TargetRow;
  position: number;
  before: string[];
  after: string[];
}

/**
 * Chooses agents for targets and writes what changed: selection, assignments, removals and feed facts. Targets of a tier
 * that is not known yet wait for it.
 */
export class TargetEvaluation {
  private constructor(
    private readonly sql: Sql,
    private readonly shardCount: number,
    private readonly pools: ReadonlyMap<string, AgentPool>,
  ) {}

  /** Reads tiers and agents once; call inside a transaction that holds the feed's lock. */
  static async begin(sql: Sql, shardCount: number): Promise<TargetEvaluation> {
    const tiers = await sql.query<{ name: string; policy: TierPolicy }>('SELECT name, policy FROM assignment_tier');
    const agents = await sql.query<CandidateAgent>('SELECT id, region, tags FROM assignment_agent');
    const pools = new Map(tiers.map(({ name, policy }) => [name, agentPool(agents, policy.agentSelection)]));
    return new TargetEvaluation(sql, shardCount, pools);
  }

  /** Targets just registered, or registered anew: their fact is written even when the same agents are chosen. */
  async evaluateKeys(keys: readonly number[]): Promise<void> {
    for (let from = 0; from < keys.length; from += TARGETS_PER_STEP) {
      const rows = await this.read('key = ANY($1::bigint[])', [keys.slice(from, from + TARGETS_PER_STEP)]);
      await this.apply(rows, true);
    }
  }

  /** All targets: after agents came or changed. Only those whose selection changes are written. */
  async evaluateAll(): Promise<void> {
    for (let after = -1; ;) {
      const rows = await this.read('key > $1', [after]);
      await this.apply(rows, false);
      if (rows.length < TARGETS_PER_STEP) return;
      after = rows[rows.length - 1].key;
    }
  }

  /** The targets of these tiers, after their policies changed. */
  async evaluateTiers(tiers: readonly string[]): Promise<void> {
    for (const tier of tiers) {
      for (let after = -1; ;) {
        const rows = await this.read('tier = $1 AND key > $2', [tier, after]);
        await this.apply(rows, false);
        if (rows.length < TARGETS_PER_STEP) break;
        after = rows[rows.length - 1].key;
      }
    }
  }

  private read(condition: string, params: unknown[]): Promise<TargetRow[]> {
    return this.sql.query<TargetRow>(
      `SELECT key, target_id AS "targetId", ip, vrf, tier, selected::text[] AS selected
       FROM assignment_target WHERE ${condition} ORDER BY key LIMIT ${TARGETS_PER_STEP}`,
      params,
    );
  }

  private async apply(rows: readonly TargetRow[], always: boolean): Promise<void> {
    const changed: Omit<Change, 'position'>[] = [];
    for (const row of rows) {
      const pool = this.pools.get(row.tier);
      if (pool === undefined) continue;
      const after = assign(row.key, pool);
      if (!always && row.selected !== null && sameIds(row.selected, after)) continue;
      changed.push({ row, before: row.selected ?? [], after });
    }
    if (changed.length === 0) return;
    const positions = await takePositions(this.sql, changed.length);
    const changes = changed.map((change, at) => ({ ...change, position: positions[at] }));
    await this.writeSelections(changes);
    await this.writeAssignments(changes);
    await removeAssignments(
      this.sql,
      changes.flatMap(({ row, before, after, position }) =>
        before.filter((id) => !after.includes(id)).map((agentId) => ({ agentId, targetKey: row.key, position })),
      ),
    );
    await appendFacts(
      this.sql,
      changes.map((change) => this.placedFact(change)),
    );
  }

  private async writeSelections(changes: readonly Change[]): Promise<void> {
    await this.sql.execute(
      `UPDATE assignment_target SET selected = changed.selected::uuid[]
       FROM unnest($1::bigint[], $2::text[]) AS changed(key, selected)
       WHERE assignment_target.key = changed.key`,
      [changes.map(({ row }) => row.key), changes.map(({ after }) => `{${after.join(',')}}`)],
    );
  }

  /** Pairs that stay as they were keep their position, so that only agents with something new hear of it. */
  private async writeAssignments(changes: readonly Change[]): Promise<void> {
    const pairs = changes.flatMap((change) => change.after.map((agentId) => ({ ...change, agentId })));
    if (pairs.length === 0) return;
    await this.sql.execute(
      `INSERT INTO assignment AS kept (agent_id, target_key, tier, ip, shard, position)
       SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::int[], $6::bigint[])
       ON CONFLICT (agent_id, target_key) DO UPDATE
         SET tier = EXCLUDED.tier, ip = EXCLUDED.ip, position = EXCLUDED.position
         WHERE (kept.tier, kept.ip) IS DISTINCT FROM (EXCLUDED.tier, EXCLUDED.ip)`,
      [
        pairs.map(({ agentId }) => agentId),
        pairs.map(({ row }) => row.key),
        pairs.map(({ row }) => row.tier),
        pairs.map(({ row }) => row.ip),
        pairs.map(({ row }) => shardOf(row.key, this.shardCount)),
        pairs.map(({ position }) => position),
      ],
    );
    await this.sql.execute(
      `DELETE FROM assignment_removed AS removed USING unnest($1::uuid[], $2::bigint[]) AS pair(agent_id, target_key)
       WHERE removed.agent_id = pair.agent_id AND removed.target_key = pair.target_key`,
      [pairs.map(({ agentId }) => agentId), pairs.map(({ row }) => row.key)],
    );
  }

  private placedFact({ row, position, after }: Change): PlacedFact {
    const { key, targetId, ip, vrf, tier } = row;
    const fact: TargetFact = { kind: 'target', targetKey: key, targetId, ip, vrf, tier, selected: after };
    return { position, shard: shardOf(key, this.shardCount), subject: targetSubject(key), fact };
  }
}

/** Takes pairs away from their agents; the agents hear of it at the given positions. */
export async function removeAssignments(sql: Sql, pairs: readonly (Pair & { position: number })[]): Promise<void> {
  if (pairs.length === 0) return;
  const columns = [pairs.map(({ agentId }) => agentId), pairs.map(({ targetKey }) => targetKey)];
  await sql.execute(
    `DELETE FROM assignment USING unnest($1::uuid[], $2::bigint[]) AS pair(agent_id, target_key)
     WHERE assignment.agent_id = pair.agent_id AND assignment.target_key = pair.target_key`,
    columns,
  );
  await sql.execute(
    `INSERT INTO assignment_removed (agent_id, target_key, position)
     SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[])
     ON CONFLICT (agent_id, target_key) DO UPDATE SET position = EXCLUDED.position, removed_at = now()`,
    [...columns, pairs.map(({ position }) => position)],
  );
}

export function targetSubject(targetKey: number): string {
  return `target:${targetKey}`;
}

function sameIds(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, at) => id === b[at]);
}
