import type { HealthColumn, HealthRow, HealthState } from '@icmp-mon/operations/contract';
import type { Sql } from '@icmp-mon/platform/database';
import type { Messaging } from '@icmp-mon/platform/messaging';
import { Socket } from '@icmp-mon/platform/plugins';
import type { KafkaLook } from './kafka-look';
import type { Thresholds } from './thresholds';
import type { WaitingSince } from './waiting-since';

/** What a part is read from: facts in the databases and in Kafka, not other processes, so any replica can read it. */
export interface HealthFacts {
  control: Sql;
  telemetry: Sql;
  messaging: Messaging;
  /** Asked once in one look, for all parts. */
  kafka: KafkaLook;
  /** What looks remember of each other. */
  waiting: WaitingSince;
  thresholds: Thresholds;
  nowMs: number;
  /** Whether a process of the app has reported itself lately: `isRunning('projector')`. */
  isRunning(app: string): Promise<boolean>;
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
  /** The id of the part behind which, or before which, it is shown while all are well; last unless one is set. */
  after?: string;
  before?: string;
}

/** Parts of the health, plugged in by the modules of contexts for the api, which shows them, and for the worker, whose heartbeat heeds them. */
export class HealthParts extends Socket<PluggedPart> {
  protected keyOf({ id }: PluggedPart): string {
    return id;
  }
}

/** All parts in the order in which they are shown: each plugged one next to the part that it names. */
export function partsInOrder<P extends { id: string }>(
  own: readonly P[],
  plugged: readonly (P & { after?: string; before?: string })[],
): P[] {
  const parts = [...own];
  const waiting = [...plugged];
  for (;;) {
    const at = waiting.findIndex(({ after, before }) => parts.some(({ id }) => id === after || id === before));
    const [next] = at < 0 ? [] : waiting.splice(at, 1);
    if (next === undefined) return [...parts, ...waiting];
    const neighbour = parts.findIndex(({ id }) => id === next.after || id === next.before);
    parts.splice(next.before === undefined ? neighbour + 1 : neighbour, 0, next);
  }
}
