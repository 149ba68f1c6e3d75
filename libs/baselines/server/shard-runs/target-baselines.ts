import { BASELINE_LIMITS } from '@icmp-mon/baselines/contract';
import type { TargetHours } from '@icmp-mon/probing/contract';
import { decodePairHours } from '@icmp-mon/probing/wire';
import { calculateBaseline, type HourOfPair, type LevelShift } from '../calculator/calculate-baseline';
import type { RttLevel } from '../calculator/rtt-level';
import type { StoredBaseline } from '../stored/baseline-body';

/** A level is new in the history when the median moved by this part of itself or of the spread, or the spread by this part. */
const NEW_MEDIAN_SHARE = 0.02;
const NEW_MEDIAN_SPREADS = 0.25;
const NEW_SPREAD_SHARE = 0.25;

/** Result for one target and check. */
export interface CalculatedTarget {
  stored: StoredBaseline[];
  /** Agents whose level is new in the history. */
  changed: StoredBaseline[];
  shifts: { agentNo: number; shift: LevelShift }[];
  /** False if an agent needs hours before the passed ones. */
  isComplete: boolean;
}

/** Calculates the baselines of all agents of a target and check. Agents without hours no longer have one. */
export function calculateTarget({ hours }: TargetHours, formers: readonly StoredBaseline[]): CalculatedTarget {
  const byAgent = new Map<number, HourOfPair[]>();
  for (const { hourMs, body } of hours) {
    for (const { agentNo, ...pair } of decodePairHours(body)) {
      const known = byAgent.get(agentNo);
      if (known === undefined) byAgent.set(agentNo, [{ hourMs, ...pair }]);
      else known.push({ hourMs, ...pair });
    }
  }
  const result: CalculatedTarget = { stored: [], changed: [], shifts: [], isComplete: true };
  const formerOf = new Map(formers.map((former) => [former.agentNo, former]));
  for (const former of formers) {
    if (!byAgent.has(former.agentNo)) result.isComplete = false;
  }
  for (const [agentNo, ofAgent] of [...byAgent].sort(([a], [b]) => a - b)) {
    const former = formerOf.get(agentNo);
    const { baseline, shift } = calculateBaseline(ofAgent, former?.baseline ?? null);
    if (baseline === null || baseline.hoursUsed < BASELINE_LIMITS.hours || baseline.isKept) result.isComplete = false;
    if (baseline === null) continue;
    const isNew = former === undefined || shift !== null || isNewLevel(former.band, baseline);
    const band = isNew ? { medianUs: baseline.medianUs, spreadUs: baseline.spreadUs } : former.band;
    const stored = { agentNo, baseline, band };
    result.stored.push(stored);
    if (isNew) result.changed.push(stored);
    if (shift !== null) result.shifts.push({ agentNo, shift });
  }
  return result;
}

function isNewLevel(band: RttLevel, { medianUs, spreadUs }: RttLevel): boolean {
  const moved = Math.abs(medianUs - band.medianUs);
  return (
    moved > Math.max(NEW_MEDIAN_SHARE * band.medianUs, NEW_MEDIAN_SPREADS * band.spreadUs) ||
    Math.abs(spreadUs - band.spreadUs) > NEW_SPREAD_SHARE * band.spreadUs
  );
}
