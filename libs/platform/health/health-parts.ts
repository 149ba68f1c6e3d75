import type { HealthColumn, HealthRow, HealthState } from '@icmp-mon/operations/contract';
import type { Sql } from '@icmp-mon/platform/database';
import type { Messaging } from '@icmp-mon/platform/messaging';
import { Socket } from '@icmp-mon/platform/plugins';
import type { KafkaLook } from './kafka-look';
import type { Thresholds } from './thresholds';
import type { WaitingSince } from './waiting-since';

/** Sources for reading a part: the databases and Kafka, not other processes, so every replica can read all parts. */
export interface HealthFacts {
  control: Sql;
  telemetry: Sql;
  messaging: Messaging;
  /** Queried once per reading, for all parts. */
  kafka: KafkaLook;
  /** State that is kept from one reading to the next. */
  waiting: WaitingSince;
  thresholds: Thresholds;
  nowMs: number;
  /** Returns whether a process of the app has reported itself recently: `isRunning('projector')`. */
  isRunning(app: string): Promise<boolean>;
}

export interface PartColumn extends HealthColumn {
  /** The Prometheus gauge that exports this column. */
  metric?: { name: string; help: string };
}

/** The state of a part as it was read; the number of rows is not limited yet. */
export interface PartReading {
  state: HealthState;
  summary: string;
  advice: string | null;
  rows: HealthRow[];
}

export interface PartReader<F = HealthFacts> {
  id: string;
  title: string;
  /** Path below `docs/`. */
  runbook: string;
  /** While a vital part is bad or unknown, the product is not healthy and no heartbeat is sent. */
  isVital: boolean;
  columns: readonly PartColumn[];
  /** Keys of the columns that identify a row: the labels of its metrics. */
  labels: readonly string[];
  readPart(facts: F): Promise<PartReading>;
}

/** A part of Health that a context contributes. */
export interface PluggedPart extends PartReader {
  /** Id of the part after which, or before which, it is listed while all parts are ok. Default: last. */
  after?: string;
  before?: string;
}

/** Parts of Health that the modules of contexts plug in: for the api, which shows them, and for the worker, whose heartbeat depends on them. */
export class HealthParts extends Socket<PluggedPart> {
  protected keyOf({ id }: PluggedPart): string {
    return id;
  }
}

/** Returns all parts in display order: each plugged part is next to the part that it names. */
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
