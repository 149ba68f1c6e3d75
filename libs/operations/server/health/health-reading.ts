import type { ControlDatabase } from '@icmp-mon/platform/database';
import type * as health from '@icmp-mon/platform/health';
import type { WatchedDisk } from './watched-disks';

/** What operations' own parts are read from, beyond what all parts are. */
interface ProductFacts {
  control: ControlDatabase;
  disks: readonly WatchedDisk[];
  /** Rejects when Redis is away; left out where a process has no connection to it. */
  pingRedis?: () => Promise<unknown>;
}

export type HealthSources = Pick<health.HealthFacts, 'telemetry' | 'messaging' | 'thresholds'> & ProductFacts;

/** Sources with what one look shares and what looks remember. */
export type Look = health.HealthFacts & ProductFacts;

/** A part of the product as a whole. */
export type PartReader = health.PartReader<Look>;
export type { PartReading } from '@icmp-mon/platform/health';
