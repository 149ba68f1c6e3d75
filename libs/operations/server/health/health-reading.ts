import type { ControlDatabase } from '@icmp-mon/platform/database';
import type * as health from '@icmp-mon/platform/health';
import type { WatchedDisk } from './watched-disks';

/** Sources of the health parts of this context, in addition to those of all parts. */
interface ProductFacts {
  control: ControlDatabase;
  disks: readonly WatchedDisk[];
  /** Rejects when Redis does not respond; absent in a process without a connection to Redis. */
  pingRedis?: () => Promise<unknown>;
}

export type HealthSources = Pick<health.HealthFacts, 'telemetry' | 'messaging' | 'thresholds'> & ProductFacts;

/** Sources of one health reading, with the caches shared within a reading and across readings. */
export type Look = health.HealthFacts & ProductFacts;

/** A health part of the product as a whole. */
export type PartReader = health.PartReader<Look>;
export type { PartReading } from '@icmp-mon/platform/health';
