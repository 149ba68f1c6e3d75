import { packetsPerProbe } from '@icmp-mon/probing/contract';
import type { CheckDefinition } from '@icmp-mon/tiers/contract';
import type { LocalPolicy } from '../policy/local-policy';

/** Sums the packets per second of a plan, for all targets and per address, and refuses what exceeds the policy. */
export class PacketRates {
  total = 0;
  private readonly perAddress = new Map<string, number>();

  constructor(private readonly policy: LocalPolicy) {}

  /** Adds one check of an address. Returns false, and adds nothing, if the policy does not allow its packets. */
  takeRate(ip: string, check: CheckDefinition, intervalMs: number): boolean {
    const rate = (packetsPerProbe(check) * 1_000) / intervalMs;
    const ofAddress = (this.perAddress.get(ip) ?? 0) + rate;
    const { packetsPerSecond, packetsPerSecondPerAddress } = this.policy;
    if (exceeds(this.total + rate, packetsPerSecond) || exceeds(ofAddress, packetsPerSecondPerAddress)) return false;
    this.perAddress.set(ip, ofAddress);
    this.total += rate;
    return true;
  }
}

/** Whether the rate exceeds the limit. Rates are sums of fractions, so a sum equal to the limit may come out slightly higher. */
function exceeds(rate: number, limit: number): boolean {
  return rate > limit + 1e-6;
}
