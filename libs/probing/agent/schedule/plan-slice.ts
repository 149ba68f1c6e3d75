import { packetsPerProbe, sendingMs } from '@icmp-mon/probing/contract';
import type { ProbeSlice } from '../executors/executor';
import { RunningSlice } from './running-slice';
import type { ScheduledTarget } from './schedule';
import { sendingTimeMs, type SliceLimits } from './slice-order';

const SECOND_MS = 1_000;

export interface PlannedSlice {
  slice: ProbeSlice;
  running: RunningSlice;
  /** Time after which the executor should have ended, in ms. */
  plannedMs: number;
}

export interface SliceRates {
  limits: Pick<SliceLimits, 'sliceMs' | 'spacingMs'>;
  /** Packets per second that may be sent. */
  free: number;
  /** Packets of the executor: they take time in the slice, but stay on this machine and do not count against the policy. */
  ownPackets: number;
  nowMs: number;
  /** How much later than planned the slice begins, in ms; without waits for the policy's packets, which cannot be caught up. */
  lateMs: number;
}

/** Returns how targets that one slice can probe are sent from `nowMs` on: as planned, or slower where the policy allows no more. */
export function planSlice(
  targets: readonly ScheduledTarget[],
  first: ScheduledTarget,
  { limits, free, ownPackets, nowMs, lateMs }: SliceRates,
): PlannedSlice {
  const { dueAtMs, definition, timeoutMs } = first;
  const { sliceMs } = limits;
  const isDue = limits.spacingMs === null;
  const packetMs = SECOND_MS * packetsPerProbe(definition);
  const packets = targets.length + ownPackets;
  const evenMs = sendingTimeMs(sliceMs, lateMs) / packets;
  const spacingMs = Math.max(limits.spacingMs ?? evenMs, packetMs / free);
  const probeMs = sendingMs(definition);
  const running = new RunningSlice({
    // New targets have no slice before them.
    sliceMs: isDue ? sliceMs : 0,
    ...{
      dueAtMs,
      beganMs: nowMs,
      beganLateMs: lateMs,
      targets: targets.length,
      spacingMs,
      timeoutMs,
      perSecond: packetMs / spacingMs,
    },
    sendingMs: targets.length * spacingMs + probeMs,
  });
  return {
    slice: {
      ...{ ips: targets.map(({ ip }) => ip), checks: targets.map((target) => target.definition) },
      ...{ timeoutMs, spacingMs, spacingMsMin: packetMs / free },
    },
    running,
    plannedMs: packets * spacingMs + probeMs + timeoutMs,
  };
}
