import { DomainError } from '@icmp-mon/platform/errors';
import { type Resolution, RESOLUTIONS } from '@icmp-mon/probing/contract';
import type { TimeRange } from '@icmp-mon/platform/http';
import type { Progress } from '../rollups/rollup-progress';

export const ASKED_RESOLUTIONS = ['auto', ...RESOLUTIONS] as const;
export type AskedResolution = (typeof ASKED_RESOLUTIONS)[number];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Most points per response. */
const POINTS_MAX = 10_000;
/** Length by resolution; for months the shortest one, so that the limit holds for all. */
const LENGTH_MS: Readonly<Record<Resolution, number>> = {
  '5m': 300_000,
  '1h': HOUR_MS,
  '1d': DAY_MS,
  '1mo': 28 * DAY_MS,
};
/** Longest range for which `auto` selects the resolution: about as many points as a wide screen can show. */
const AUTO_SPAN_MS_MAX: Readonly<Record<Resolution, number>> = {
  '5m': 2 * DAY_MS,
  '1h': 32 * DAY_MS,
  '1d': 1_100 * DAY_MS,
  '1mo': Infinity,
};
const RELATIONS = { '5m': 'probe_series', '1h': 'probe_hourly', '1d': 'probe_daily', '1mo': 'probe_monthly' } as const;

/**
 * Returns the requested resolution; for `auto` the finest one with few enough points that is still stored that far back.
 * @throws DomainError `invalid` when it would lead to more than 10,000 points
 */
export function chooseResolution(asked: AskedResolution, range: TimeRange, progress: Progress): Resolution {
  const spanMs = range.toMs - range.fromMs;
  const isKept = (resolution: Resolution): boolean => progress[RELATIONS[resolution]].droppedBeforeMs <= range.fromMs;
  const chosen =
    asked === 'auto'
      ? (RESOLUTIONS.find((resolution) => spanMs <= AUTO_SPAN_MS_MAX[resolution] && isKept(resolution)) ?? '1mo')
      : asked;
  if (spanMs <= POINTS_MAX * LENGTH_MS[chosen]) return chosen;
  const coarser = RESOLUTIONS.find((resolution) => spanMs <= POINTS_MAX * LENGTH_MS[resolution]);
  const detail =
    `At a resolution of ${chosen}, from must be at most ${Math.floor((POINTS_MAX * LENGTH_MS[chosen]) / DAY_MS)} days ` +
    `before to${coarser === undefined ? '.' : `: use ${coarser}.`}`;
  throw new DomainError('invalid', detail, [{ pointer: '?resolution', detail }]);
}
