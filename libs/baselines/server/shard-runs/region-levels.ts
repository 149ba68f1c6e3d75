import type { TargetAgents } from '@icmp-mon/assignment/contract';
import { type PairThresholds, THRESHOLD_FLAG } from '@icmp-mon/probing/wire';
import type { Baseline } from '../calculator/calculate-baseline';

export type Level = Pick<Baseline, 'medianUs' | 'spreadUs' | 'lossFloorPpm' | 'meanRunCenti' | 'samples'>;

/** Returns the value in the middle; of two the higher one, which alarms later. */
function middle(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)];
}

function middleLevel(levels: readonly Level[]): Level {
  return {
    medianUs: middle(levels.map(({ medianUs }) => medianUs)),
    spreadUs: middle(levels.map(({ spreadUs }) => spreadUs)),
    lossFloorPpm: middle(levels.map(({ lossFloorPpm }) => lossFloorPpm)),
    meanRunCenti: middle(levels.map(({ meanRunCenti }) => meanRunCenti)),
    samples: middle(levels.map(({ samples }) => samples)),
  };
}

/**
 * Returns the thresholds of a target's selected agents for one check: those of the pair, otherwise the median over the agents of its region that
 * have some. Agents without either are missing: the limits of the tier apply to them.
 */
export function thresholdsOf(
  { key, agentIds }: Pick<TargetAgents, 'key' | 'agentIds'>,
  check: number,
  ownOf: ReadonlyMap<string, Level>,
  regions: ReadonlyMap<string, string>,
): PairThresholds[] {
  const byRegion = new Map<string, Level | null>();
  const regionLevel = (region: string): Level | null => {
    let level = byRegion.get(region);
    if (level === undefined) {
      const levels = [...ownOf].filter(([agentId]) => regions.get(agentId) === region).map(([, own]) => own);
      byRegion.set(region, (level = levels.length === 0 ? null : middleLevel(levels)));
    }
    return level;
  };
  return agentIds.flatMap((agentId) => {
    const own = ownOf.get(agentId);
    const region = regions.get(agentId);
    const level = own ?? (region === undefined ? null : regionLevel(region));
    if (level === null) return [];
    const { medianUs, spreadUs, lossFloorPpm, meanRunCenti, samples } = level;
    const flags = own === undefined ? THRESHOLD_FLAG.region : 0;
    return [{ agentId, targetKey: key, check, medianUs, spreadUs, lossFloorPpm, meanRunCenti, samples, flags }];
  });
}
