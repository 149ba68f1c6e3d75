import type { Resolution } from '@icmp-mon/probing/contract';
import { WINDOW_MS } from '@icmp-mon/probing/wire';

/** A table (or continuous aggregate) of figures per target, check and bucket; each level is computed from the one below. */
export interface RollupLevel {
  resolution: Resolution;
  relation: 'probe_hourly' | 'probe_daily' | 'probe_monthly';
  source: 'probe_series' | 'probe_hourly' | 'probe_daily';
  /** Time column of the source. */
  sourceTime: 'window_start' | 'bucket';
  /** SQL interval; buckets start in UTC. */
  bucket: '1 hour' | '1 day' | '1 month';
  /** Type of the counts: a month of a thousand agents exceeds an integer. */
  countType: 'integer' | 'bigint';
}

export const ROLLUP_LEVELS: readonly RollupLevel[] = [
  {
    resolution: '1h',
    relation: 'probe_hourly',
    source: 'probe_series',
    sourceTime: 'window_start',
    bucket: '1 hour',
    countType: 'integer',
  },
  {
    resolution: '1d',
    relation: 'probe_daily',
    source: 'probe_hourly',
    sourceTime: 'bucket',
    bucket: '1 day',
    countType: 'integer',
  },
  {
    resolution: '1mo',
    relation: 'probe_monthly',
    source: 'probe_daily',
    sourceTime: 'bucket',
    bucket: '1 month',
    countType: 'bigint',
  },
];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const STEP_MS = { '5m': WINDOW_MS, '1h': HOUR_MS, '1d': DAY_MS } as const;

/** Returns the start of the bucket that contains an instant, in UTC; both in ms since 1970. */
export function bucketStart(resolution: Resolution, atMs: number): number {
  if (resolution !== '1mo') return Math.floor(atMs / STEP_MS[resolution]) * STEP_MS[resolution];
  const at = new Date(atMs);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth());
}

/** Returns the start of the next bucket. */
export function bucketEnd(resolution: Resolution, atMs: number): number {
  if (resolution !== '1mo') return bucketStart(resolution, atMs) + STEP_MS[resolution];
  const at = new Date(atMs);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1);
}
