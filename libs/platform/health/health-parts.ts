import type { HealthColumn, HealthRow, HealthState } from '@icmp-mon/operations/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { Socket } from '@icmp-mon/platform/plugins';

/** What a part is read from: facts in the databases, not other processes, so any replica can read it. */
export interface HealthFacts {
  control: Pick<Sql, 'query'>;
  telemetry: Pick<Sql, 'query'>;
  nowMs: number;
}

export interface PartColumn extends HealthColumn {
  /** The Prometheus gauge that shows this column. */
  metric?: { name: string; help: string };
}

/** What is said of a part; rows are not limited yet. */
export interface PartReading {
  state: HealthState;
  summary: string;
  advice: string | null;
  rows: HealthRow[];
}

export interface PartReader<F = HealthFacts> {
  id: string;
  title: string;
  /** Below `docs/`. */
  runbook: string;
  /** While it is bad or unknown the product is not healthy: no heartbeat goes out. */
  isVital: boolean;
  columns: readonly PartColumn[];
  /** Keys of the columns that name a row: the labels of its metrics. */
  labels: readonly string[];
  read(facts: F): Promise<PartReading>;
}

/** A part of the product's health that a context shows of itself. */
export interface PluggedPart extends PartReader {
  /** The id of the part behind which it is shown while all are well; last unless set. */
  after?: string;
}

/** Parts of the health, plugged in by the modules of contexts for the api, which shows them, and for the worker, whose heartbeat heeds them. */
export class HealthParts extends Socket<PluggedPart> {
  protected keyOf({ id }: PluggedPart): string {
    return id;
  }
}

/** All parts in the order in which they are shown: each plugged one behind the part that it names. */
export function partsInOrder<P extends { id: string }>(
  own: readonly P[],
  plugged: readonly (P & { after?: string })[],
): P[] {
  const parts = [...own];
  const waiting = [...plugged];
  for (;;) {
    const at = waiting.findIndex(({ after }) => parts.some(({ id }) => id === after));
    const [next] = at < 0 ? [] : waiting.splice(at, 1);
    if (next === undefined) return [...parts, ...waiting];
    parts.splice(parts.findIndex(({ id }) => id === next.after) + 1, 0, next);
  }
}
