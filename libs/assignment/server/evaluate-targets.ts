import type { Shortfall } from '@icmp-mon/assignment/contract';
import { shardOf, type TargetFact } from '@icmp-mon/probing/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { assign, type Selection } from './assign';
import { readPools, type StoredPools } from './candidate-agents';
import { CapacityLimit } from './capacity-limit';
import { appendFacts, reserveFeedPositions, type PlacedFact } from './feed-writer';
import { noteRules } from './rules-version';
import {
  removeAssignments,
  type SelectionChange,
  type TargetRow,
  writeAssignments,
  writeSelections,
} from './selection-writer';
import { shortfallOf } from './shortfall';

/** Selection of a paused target. */
const NOBODY: Selection = { selected: [], refusedBy: [] };
/** Targets read and written by one statement: bounds memory and the length of a statement, regardless of the inventory. */
export const TARGETS_PER_STEP = 5_000;

/**
 * Selects agents for targets and writes the changes: selections, assignments, removals and feed facts.
 *
 * Invariants:
 * - Serialised: the caller's transaction holds the feed lock, so positions become visible in their order.
 * - Minimal: only changed selections are written, except for targets that were registered or changed their tier.
 * - Unchanged pairs keep their position, so that only agents with a change are notified.
 * - Within capacity: `settleCapacity`, called last, leaves no agent above its capacity.
 * - Targets of a tier without a stored tier policy are skipped; they are evaluated when the tier is defined.
 */
export class TargetEvaluation {
  /** Number of targets that were moved to other agents. */
  moved = 0;

  private constructor(
    private readonly sql: Sql,
    private readonly shardCount: number,
    private readonly pools: StoredPools,
    private readonly capacity: CapacityLimit,
  ) {}

  /**
   * Reads tiers and agents once. The caller's transaction must hold the feed lock.
   * @param keepsThresholds whether the stored admission thresholds apply unchanged: a rebuild decides by those of the live assignment
   */
  static async beginEvaluation(sql: Sql, shardCount: number, keepsThresholds = false): Promise<TargetEvaluation> {
    if (!keepsThresholds) await noteRules(sql);
    const pools = await readPools(sql);
    return new TargetEvaluation(sql, shardCount, pools, new CapacityLimit(sql, pools, keepsThresholds));
  }

  /** Moves targets away from agents that have more than they can carry. */
  async shedExcess(): Promise<void> {
    for (let shed = await this.capacity.shedExcess(); shed.length > 0; shed = await this.capacity.shedExcess()) {
      await this.evaluateKeys(shed);
    }
  }

  /** The same, and gives targets back to agents with room again. */
  async settleCapacity(): Promise<void> {
    await this.shedExcess();
    if (await this.capacity.reopenAdmission()) await this.sweep('true', []);
  }

  /** Evaluates targets that were registered or changed their tier. Writes their fact even if the selection is unchanged. */
  async evaluateAndAlwaysWrite(keys: readonly number[]): Promise<void> {
    for (let from = 0; from < keys.length; from += TARGETS_PER_STEP) {
      const rows = await this.readTargets('key = ANY($1::bigint[])', [keys.slice(from, from + TARGETS_PER_STEP)]);
      await this.applyAssignments(rows, true);
    }
  }

  /** Evaluates all targets, after agents were added or changed. Writes only changed selections. */
  async evaluateAll(): Promise<void> {
    await this.capacity.raiseForAll();
    await this.sweep('true', []);
  }

  /** Evaluates the next targets by key, at most `limit`. Returns how many, and the last key. */
  async evaluateAfter(key: number, limit: number): Promise<{ evaluated: number; reached: number }> {
    const rows = await this.readTargets('key > $1', [key], limit);
    await this.applyAssignments(rows, false);
    return { evaluated: rows.length, reached: rows.at(-1)?.key ?? key };
  }

  /** Evaluates these targets, after an agent refused or shed them. Writes only changed selections. */
  async evaluateKeys(keys: readonly number[]): Promise<void> {
    await this.sweep('key = ANY($2::bigint[])', [keys]);
  }

  /** Evaluates the targets of these tiers, after their tier policies changed. */
  async evaluateTiers(tiers: readonly string[]): Promise<void> {
    for (const tier of tiers) await this.sweep('tier = $2', [tier]);
  }

  /** Evaluates the targets that these agents have, or would have if their policy files allowed it, after the agents were lost. */
  async evaluateOfAgents(agentIds: readonly string[]): Promise<void> {
    if (agentIds.length === 0) return;
    await this.sweep(
      `(refused_by && $2::uuid[] OR key IN (SELECT target_key FROM assignment WHERE agent_id = ANY($2::uuid[])))`,
      [agentIds],
    );
  }

  /** Evaluates the targets registered at that time or later: an agent that became silent must not keep them. */
  async evaluateRegisteredSince(sinceMs: number): Promise<void> {
    await this.sweep('registered_at >= to_timestamp($2 / 1000.0)', [sinceMs]);
  }

  /** Evaluates matching targets in steps by key; `$1` is the key after which a step begins. */
  private async sweep(condition: string, params: unknown[]): Promise<void> {
    for (let after = -1; ;) {
      const rows = await this.readTargets(`key > $1 AND ${condition}`, [after, ...params]);
      await this.applyAssignments(rows, false);
      if (rows.length < TARGETS_PER_STEP) return;
      after = rows[rows.length - 1].key;
    }
  }

  private readTargets(condition: string, params: unknown[], limit = TARGETS_PER_STEP): Promise<TargetRow[]> {
    return this.sql.query<TargetRow>(
      `SELECT key, target_id AS "targetId", ip, vrf, tier, paused, selected::text[] AS selected, refused_by::text[] AS "refusedBy",
         (extract(epoch FROM registered_at) * 1000)::float8 AS "registeredAtMs", shortfall, wanted, placed
       FROM assignment_target WHERE ${condition} ORDER BY key LIMIT ${limit}`,
      params,
    );
  }

  private async applyAssignments(rows: readonly TargetRow[], always: boolean): Promise<void> {
    const changed: Omit<SelectionChange, 'position'>[] = [];
    // Refusals by agents that are not selected, or the reason of a placement: stored, and no fact is written.
    const withoutFact: Omit<SelectionChange, 'position'>[] = [];
    for (const row of rows) {
      const pool = this.pools.byTier.get(row.tier);
      if (pool === undefined) continue;
      const after = row.paused ? NOBODY : assign(row, pool);
      const shortfall = row.paused ? null : shortfallOf(row, pool);
      const before = row.selected ?? [];
      const sameFact = sameIds(before, after.selected) && sameIds(refusesOf(row), refusesOf(after));
      if (always || row.selected === null || !sameFact) changed.push({ row, before, after, shortfall });
      else if (!sameIds(row.refusedBy, after.refusedBy) || !isSameShortfall(row, shortfall)) {
        withoutFact.push({ row, before, after, shortfall });
      }
    }
    await writeSelections(this.sql, [...changed, ...withoutFact]);
    if (changed.length === 0) return;
    this.moved += changed.filter(
      ({ row, before, after }) => !row.paused && before.length > 0 && !sameIds(before, after.selected),
    ).length;
    const positions = await reserveFeedPositions(this.sql, changed.length);
    const changes = changed.map((change, at) => ({ ...change, position: positions[at] }));
    await writeAssignments(this.sql, this.shardCount, changes);
    await removeAssignments(
      this.sql,
      changes.flatMap(({ row, before, after, position }) =>
        before
          .filter((id) => !after.selected.includes(id))
          .map((agentId) => ({ agentId, targetKey: row.key, position })),
      ),
    );
    await appendFacts(
      this.sql,
      changes.map((change) => this.placedFact(change)),
    );
  }

  private placedFact({ row, position, after }: SelectionChange): PlacedFact {
    const { key, targetId, ip, vrf, tier, paused } = row;
    const refuses = refusesOf(after);
    const fact: TargetFact = {
      ...{ kind: 'target', targetKey: key, targetId, ip, vrf, tier, selected: after.selected },
      ...(refuses.length > 0 && { refuses }),
      ...(paused && { paused }),
    };
    return { position, shard: shardOf(key, this.shardCount), subject: targetSubject(key), fact };
  }
}

export function targetSubject(targetKey: number): string {
  return `target:${targetKey}`;
}

/** Returns the agents that are selected although they refuse, which happens only if all refuse. */
function refusesOf({ selected, refusedBy }: { selected: string[] | null; refusedBy: string[] }): string[] {
  return selected === null ? [] : refusedBy.filter((id) => selected.includes(id));
}

function sameIds(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, at) => id === b[at]);
}

function isSameShortfall({ shortfall: reason, wanted, placed }: TargetRow, after: Shortfall | null): boolean {
  return reason === (after?.reason ?? null) && wanted === (after?.wanted ?? null) && placed === (after?.placed ?? null);
}
