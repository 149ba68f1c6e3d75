import { packetsPerProbe } from '@icmp-mon/probing/contract';
import type { LocalPolicy } from '../policy/local-policy';
import { FreshRate } from './fresh-rate';
import type { PlannedTarget } from './target-plan';

/** Address of a probe, and the check that states its packets. */
type PlannedProbe = Pick<PlannedTarget, 'ip' | 'definition'>;

/** Limits of the policy file. */
export type PacketLimits = Pick<LocalPolicy, 'packetsPerSecond' | 'packetsPerSecondPerAddress'>;

/** Packets per second that are in use until an instant of the monotonic clock. A slice that sends slower than planned moves it. */
export interface TakenPackets {
  readonly perSecond: number;
  readonly untilMs: number;
}

/** Divides the policy's packets per second among slices, each of which sends at its own rate for a while. */
export class PacketBudget {
  private readonly taken: TakenPackets[] = [];
  private readonly fresh = new FreshRate();

  constructor(public limits: PacketLimits) {}

  get packetsPerSecond(): number {
    return this.limits.packetsPerSecond;
  }

  /** Returns the packets per second that no running slice uses. */
  freePerSecond(nowMs: number): number {
    let free = this.packetsPerSecond;
    for (let at = this.taken.length - 1; at >= 0; at--) {
      const { perSecond, untilMs } = this.taken[at] ?? { perSecond: 0, untilMs: 0 };
      if (untilMs <= nowMs) this.taken.splice(at, 1);
      else free -= perSecond;
    }
    return Math.max(0, free);
  }

  /** Returns when the next running slice has sent everything; Infinity if none runs. */
  moreAtMs(nowMs: number): number {
    return this.taken.reduce((first, { untilMs }) => (untilMs > nowMs ? Math.min(first, untilMs) : first), Infinity);
  }

  takePackets(perSecond: number, untilMs: number): void {
    this.taken.push({ perSecond, untilMs });
  }

  takeSlice(slice: TakenPackets): void {
    this.taken.push(slice);
  }

  /** Returns which of the new targets may be probed immediately; the others wait for their turn in the schedule. */
  takeImmediate<T extends PlannedProbe>(targets: readonly T[], nowMs: number): T[] {
    const { packetsPerSecondPerAddress } = this.limits;
    return targets.filter(({ ip, definition }) =>
      this.fresh.takeProbe(ip, packetsPerProbe(definition), packetsPerSecondPerAddress, nowMs),
    );
  }
}
