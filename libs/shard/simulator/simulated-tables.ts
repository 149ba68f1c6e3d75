import type { UncountedSum, UncountedTables } from '@icmp-mon/agents/server';
import type { AgentNumberTable, SeriesFlush, SeriesTables, WindowRow } from '@icmp-mon/probing/server';
import { decodeSeriesBody } from '@icmp-mon/probing/wire';
import type { TargetEntry } from '@icmp-mon/shard/engine';
import { SimulatedValidation } from './simulated-validation';
import type {
  ChangeRow,
  LateRow,
  PairChangeRow,
  StatusTables,
  StoredStatus,
  StoredStatuses,
  VerdictRow,
} from '@icmp-mon/status/server';

/** How the participants of a simulated shard read and write: each call is a statement that takes time and may fail. */
export interface SimulatedRows {
  readTables<R>(look: () => R): Promise<R>;
  /** Runs `effect` when the transaction commits. */
  stageEffect(shard: number, effect: () => void): Promise<void>;
}

/** Statements that complete immediately, for tests without a host. */
export const immediateRows: SimulatedRows = {
  readTables: async (look) => look(),
  stageEffect: async (_shard, effect) => effect(),
};

/** The tables of the product's participants, in memory. */
export class SimulatedTables {
  readonly changes: (ChangeRow & { shard: number })[] = [];
  readonly statuses = new Map<number, ChangeRow & { shard: number }>();
  readonly verdicts = new Map<number, VerdictRow & { shard: number }>();
  /** Interval of the late results of each target, by shard and key. */
  readonly late = new Map<string, [fromMs: number, toMs: number]>();
  readonly pairChanges: (PairChangeRow & { shard: number })[] = [];
  /** Fragments and complete windows. */
  readonly recent: (WindowRow & { shard: number })[] = [];
  readonly series: (WindowRow & { shard: number })[] = [];
  readonly watermarksMs = new Map<number, number>();
  readonly lateHours: number[] = [];
  readonly uncountedSums = new Map<string, number>();
  readonly validation = new SimulatedValidation();

  readonly status: StatusTables<SimulatedRows> = {
    readStatuses: (rows, shard) => rows.readTables(() => this.storedStatuses(shard)),
    lastKnown: (rows, shard, keys) => rows.readTables(() => this.lastKnown(shard, keys)),
    storeChanges: (rows, shard, changes) => rows.stageEffect(shard, () => this.storeChanges(shard, changes)),
    storeVerdicts: (rows, shard, verdicts) =>
      rows.stageEffect(shard, () => verdicts.forEach((row) => this.verdicts.set(row.targetKey, { ...row, shard }))),
    storePairChanges: (rows, shard, records) =>
      rows.stageEffect(shard, () => this.pairChanges.push(...records.map((record) => ({ ...record, shard })))),
    storeLate: (rows, shard, late) => rows.stageEffect(shard, () => late.forEach((row) => this.noteLate(shard, row))),
    forgetVerdicts: (rows, shard, keys) =>
      rows.stageEffect(shard, () => keys.forEach((key) => this.verdicts.delete(key))),
  };

  readonly seriesTables: SeriesTables<SimulatedRows> = {
    openFlush: (shard) => new SimulatedFlush(this, shard),
    closeFragments: () => Promise.reject(new Error('The simulation does not support adoption.')),
  };

  readonly uncounted: UncountedTables<SimulatedRows> = {
    add: (rows, shard, sums) => rows.stageEffect(shard, () => sums.forEach((sum) => this.addUncounted(shard, sum))),
  };

  private storedStatuses(shard: number): StoredStatuses {
    const statuses = [...this.statuses.values()].filter((row) => row.shard === shard);
    return {
      changeSeq: this.lastChangeSeq(shard),
      pairChanges: this.pairChanges.findLast((record) => record.shard === shard) ?? null,
      states: new Map(statuses.map((row) => [row.target_key, storedStatus(row)])),
    };
  }

  lastChangeSeq(shard: number): number {
    return this.changes.findLast((change) => change.shard === shard)?.change_seq ?? 0;
  }

  private lastKnown(shard: number, keys: readonly number[]): Map<number, TargetEntry> {
    return new Map(
      keys.flatMap((key): [number, TargetEntry][] => {
        const last = this.changes.findLast((change) => change.shard === shard && change.target_key === key);
        if (!last) return [];
        const { target_id, ip, vrf, tier } = last;
        return [[key, { ...{ key, targetId: target_id, ip, vrf, tier }, policy: undefined, selected: [], pairs: [] }]];
      }),
    );
  }

  private storeChanges(shard: number, changes: readonly ChangeRow[]): void {
    for (const change of changes) {
      const row = { ...change, shard };
      this.changes.push(row);
      if (change.removed) this.statuses.delete(change.target_key);
      else this.statuses.set(change.target_key, row);
    }
  }

  private noteLate(shard: number, { targetKey, fromMs, toMs }: LateRow): void {
    const name = `${shard}/${targetKey}`;
    const known = this.late.get(name);
    this.late.set(name, [Math.min(fromMs, known?.[0] ?? Infinity), Math.max(toMs, known?.[1] ?? 0)]);
  }

  private addUncounted(shard: number, { agentId, reason, minuteMs, results }: UncountedSum): void {
    const key = `${shard}/${agentId}/${minuteMs}/${reason}`;
    this.uncountedSums.set(key, (this.uncountedSums.get(key) ?? 0) + results);
  }

  /** Returns what a reader of a shard's results gets, sorted: folded windows, and fragments of windows that are not folded. */
  visibleSamples(shard: number): string[] {
    const lines: string[] = [];
    const watermarkMs = this.watermarksMs.get(shard) ?? -Infinity;
    const open = this.recent.filter(({ startMs }) => startMs >= watermarkMs);
    for (const { shard: of, targetKey, check, startMs, body } of [...this.series, ...open]) {
      if (of !== shard) continue;
      const samples = decodeSeriesBody(body);
      for (let row = 0; row < samples.count; row++) {
        const atMs = startMs + samples.timeOffsetMs[row];
        lines.push(
          `${targetKey}/${check}/${samples.agentNo[row] - 1}/${atMs}/${samples.outcome[row]}/${samples.rttUs[row]}`,
        );
      }
    }
    return lines.sort();
  }
}

function storedStatus(row: ChangeRow): StoredStatus {
  const { to_status: status, reason, since, began_at, flapping_since, flapping_changes, last_success_at } = row;
  return {
    ...{ status, reason, sinceMs: new Date(since).getTime(), beganMs: new Date(began_at ?? since).getTime() },
    flapping:
      flapping_since === null ? null : { sinceMs: new Date(flapping_since).getTime(), changes: flapping_changes ?? 0 },
    everReplied: last_success_at !== null || status !== 'unknown',
  };
}

class SimulatedFlush implements SeriesFlush<SimulatedRows> {
  private readonly recent: WindowRow[] = [];
  private readonly series: WindowRow[] = [];

  constructor(
    private readonly tables: SimulatedTables,
    private readonly shard: number,
  ) {}

  get count(): number {
    return this.recent.length + this.series.length;
  }

  addFragment(row: WindowRow): void {
    this.recent.push(row);
  }

  addFolded(row: WindowRow): void {
    this.series.push(row);
  }

  flushRows(rows: SimulatedRows, watermarkMs: number | null, lateHours: readonly number[]): Promise<void> {
    const { tables, shard } = this;
    return rows.stageEffect(shard, () => {
      tables.recent.push(...this.recent.map((row) => ({ ...row, shard })));
      tables.series.push(...this.series.map((row) => ({ ...row, shard })));
      tables.lateHours.push(...lateHours);
      if (watermarkMs !== null)
        tables.watermarksMs.set(shard, Math.max(watermarkMs, tables.watermarksMs.get(shard) ?? -Infinity));
    });
  }
}

/** Numbers agents by their places in the list, from 1 on. */
export function numbersByPlace(agentIds: readonly string[]): AgentNumberTable {
  return {
    numbersOf: async (agents) =>
      new Map(
        agents.map(({ agentId }) => {
          const at = agentIds.indexOf(agentId);
          if (at < 0) throw new Error(`The simulation has no agent ${agentId}.`);
          return [agentId, at + 1];
        }),
      ),
  };
}
