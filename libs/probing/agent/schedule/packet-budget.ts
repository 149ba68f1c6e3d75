import { type CheckType, packetsPerProbe } from '@icmp-mon/probing/contract';
import type { LocalPolicy } from '../policy/local-policy';
import { FreshRate } from './fresh-rate';

/** Limits of the policy file. */
export type PacketLimits = Pick<LocalPolicy, 'packetsPerSecond' | 'packetsPerSecondPerAddress'>;

/** Divides the policy's packets per second among slices, each of which sends at its own rate for a while. */
export class PacketBudget {
  private readonly taken: { perSecond: number; untilMs: number }[] = [];
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

  /** When the next running slice ends; Infinity if none runs. */
  get moreAtMs(): number {
    return this.taken.reduce((first, { untilMs }) => Math.min(first, untilMs), Infinity);
  }

  takePackets(perSecond: number, untilMs: number): void {
    this.taken.push({ perSecond, untilMs });
  }

  /** Returns which of the new targets may be probed immediately; the others wait for their turn in the schedule. */
  takeImmediate<T extends { ip: string }>(targets: readonly T[], type: CheckType, nowMs: number): T[] {
    const packets = packetsPerProbe(type);
    return targets.filter(({ ip }) => this.fresh.takeProbe(ip, packets, this.limits.packetsPerSecondPerAddress, nowMs));
  }
}
