import type { HealthColumn, HealthRow, HealthState } from '@icmp-mon/operations/contract';
import type { ControlDatabase, Sql } from '@icmp-mon/platform/database';
import type { Messaging } from '@icmp-mon/platform/messaging';
import type { KafkaLook } from './kafka-look';
import type { Thresholds } from './thresholds';
import type { WaitingSince } from './waiting-since';
import type { WatchedDisk } from './watched-disks';

/** What the parts are read from. Facts in the databases and in Kafka, not other processes: so any replica can tell. */
export interface HealthSources {
  control: ControlDatabase;
  telemetry: Sql;
  messaging: Messaging;
  thresholds: Thresholds;
  disks: readonly WatchedDisk[];
  /** Rejects when Redis is away; left out where a process has no connection to it. */
  pingRedis?: () => Promise<unknown>;
}

/** Sources with what one look shares (Kafka is asked once for all parts) and what looks remember. */
export interface Look extends HealthSources {
  kafka: KafkaLook;
  waiting: WaitingSince;
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

export interface PartReader {
  id: string;
  title: string;
  /** Below `docs/`. */
  runbook: string;
  /** While it is bad or unknown nobody may take the product for healthy: no heartbeat goes out. */
  isVital: boolean;
  columns: readonly PartColumn[];
  /** Keys of the columns that name a row: the labels of its metrics. */
  labels: readonly string[];
  read(look: Look): Promise<PartReading>;
}
