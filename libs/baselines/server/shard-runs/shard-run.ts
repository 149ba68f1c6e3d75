import { AssignedPairs, type PairTier, type TargetAgents } from '@icmp-mon/assignment/contract';
import { BASELINE_LIMITS } from '@icmp-mon/baselines/contract';
import { DAY_MS, HOUR_MS } from '@icmp-mon/platform/plugins';
import { PairHours, type TargetHours } from '@icmp-mon/probing/contract';
import type { PairThresholds } from '@icmp-mon/probing/wire';
import { Injectable } from '@nestjs/common';
import type { StoredBaseline } from '../stored/baseline-body';
import { BaselineRows, type TargetRow } from '../stored/baseline-rows';
import { type Level, thresholdsOf } from './region-levels';
import type { ShardClaim } from './shard-claims';
import { calculateTarget, type CalculatedTarget } from './target-baselines';
import { ThresholdLog } from './threshold-log';

export interface ShardResult {
  hourMs: number | null;
  /** Pairs with a baseline of their own, and pairs with one of their region. */
  pairs: number;
  ofRegion: number;
}

/** Called after each step; may throw to end the run. */
type Progress = () => Promise<void>;

type RowKey = number;
/** Numbers of checks, which have two bytes. */
const CHECKS = 65_536;
const keyOf = (targetKey: number, check: number): RowKey => targetKey * CHECKS + check;

/**
 * Calculates the baselines of one shard.
 *
 *     pair hours of the last day ──▶ targets with 24 good hours ─────┐
 *                                └─▶ the others: hours of 8 days ────┴──▶ rows ──▶ thresholds in the shard's log
 *
 * A run that ends early is repeated as a whole: rows are replaced by the same rows, and thresholds by those of the higher run.
 */
@Injectable()
export class ShardRun {
  constructor(
    private readonly hours: PairHours,
    private readonly assigned: AssignedPairs,
    private readonly rows: BaselineRows,
    private readonly log: ThresholdLog,
  ) {}

  async calculateShard(claim: ShardClaim, progress: Progress): Promise<ShardResult> {
    const { shard } = claim;
    const hourMs = (await this.hours.latestByShard()).get(shard) ?? null;
    const targets = await this.assigned.ofShard(shard);
    const ids = new Map(targets.map(({ key, targetId }) => [key, targetId]));
    const agentIds = await this.hours.agentIds();
    const levels = new Map<RowKey, Map<string, Level>>();
    if (hourMs !== null) {
      const formers = await this.formersOf(claim);
      const store = async (made: { row: TargetHours; of: CalculatedTarget }[]): Promise<void> => {
        const toStore: TargetRow[] = [];
        for (const { row, of } of made) {
          formers.delete(keyOf(row.targetKey, row.check));
          const named = (agentNo: number): string => agentIds.get(agentNo) ?? '';
          levels.set(
            keyOf(row.targetKey, row.check),
            new Map(of.stored.map(({ agentNo, baseline }) => [named(agentNo), baseline])),
          );
          toStore.push({ ...row, targetId: ids.get(row.targetKey) ?? null, calculated: of, agentIdOf: named });
        }
        await this.rows.storeRows(claim, hourMs, toStore);
        await progress();
      };
      await this.calculateTargets(shard, hourMs, formers, store);
      // A target without hours in 8 days no longer has a baseline.
      for (const key of formers.keys()) await this.rows.removeRow(claim, Math.floor(key / CHECKS), key % CHECKS);
    }
    const thresholds = thresholdRows(targets, levels, await this.assigned.tiers(), await this.assigned.regions());
    await this.log.appendRun(claim, thresholds, progress);
    const ofRegion = thresholds.filter(({ flags }) => flags !== 0).length;
    return { hourMs, pairs: thresholds.length - ofRegion, ofRegion };
  }

  /** Passes each target once to `store`, when its hours suffice. */
  private async calculateTargets(
    shard: number,
    toMs: number,
    formers: ReadonlyMap<RowKey, StoredBaseline[]>,
    store: (made: { row: TargetHours; of: CalculatedTarget }[]) => Promise<void>,
  ): Promise<void> {
    const formerOf = ({ targetKey, check }: TargetHours): StoredBaseline[] =>
      formers.get(keyOf(targetKey, check)) ?? [];
    const complete = new Set<RowKey>();
    const incomplete = new Set<number>();
    const dayMs = toMs - (BASELINE_LIMITS.hours - 1) * HOUR_MS;
    await this.hours.visitTargets({ shard, fromMs: dayMs, toMs }, async (rows) => {
      const made = rows.map((row) => ({ row, of: calculateTarget(row, formerOf(row)) }));
      for (const { row, of } of made) {
        if (of.isComplete) complete.add(keyOf(row.targetKey, row.check));
        else incomplete.add(row.targetKey);
      }
      await store(made.filter(({ of }) => of.isComplete));
    });
    for (const key of formers.keys()) incomplete.add(Math.floor(key / CHECKS));
    if (incomplete.size === 0) return;
    const fromMs = toMs - BASELINE_LIMITS.daysBack * DAY_MS + HOUR_MS;
    await this.hours.visitTargets({ shard, fromMs, toMs, targetKeys: [...incomplete] }, async (rows) => {
      const deep = rows.filter((row) => !complete.has(keyOf(row.targetKey, row.check)));
      await store(deep.map((row) => ({ row, of: calculateTarget(row, formerOf(row)) })));
    });
  }

  private async formersOf({ shard, forget }: ShardClaim): Promise<Map<RowKey, StoredBaseline[]>> {
    const formers = new Map<RowKey, StoredBaseline[]>();
    for (const { targetKey, check, stored } of await this.rows.readShard(shard)) {
      const isForgotten = forget === 'all' || forget.has(targetKey);
      formers.set(keyOf(targetKey, check), isForgotten ? [] : stored);
    }
    return formers;
  }
}

function thresholdRows(
  targets: readonly TargetAgents[],
  levels: ReadonlyMap<RowKey, ReadonlyMap<string, Level>>,
  tiers: ReadonlyMap<string, PairTier>,
  regions: ReadonlyMap<string, string>,
): PairThresholds[] {
  const rows: PairThresholds[] = [];
  for (const target of targets) {
    for (const check of tiers.get(target.tier)?.checks ?? []) {
      const own = levels.get(keyOf(target.key, check));
      if (own !== undefined) rows.push(...thresholdsOf(target, check, own, regions));
    }
  }
  return rows;
}
