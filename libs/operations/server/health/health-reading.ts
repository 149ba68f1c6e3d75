import type { ControlDatabase, Sql } from '@icmp-mon/platform/database';
import type * as plugged from '@icmp-mon/platform/health';
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

/** A part of the health as operations reads it. */
export type PartReader = plugged.PartReader<Look>;
export type { PartReading } from '@icmp-mon/platform/health';
