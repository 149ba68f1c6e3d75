import { packetsPerProbe } from '@icmp-mon/probing/contract';
import type { PlannedTarget } from './target-plan';

const SECOND_MS = 1_000;

/** Packets per second of a plan, in total and per address. Computed when first asked for: plans change often while targets are imported. */
export class ScheduledRates {
  private rates: { total: number; byAddress: ReadonlyMap<string, number> } | undefined;

  constructor(private readonly plan: readonly PlannedTarget[]) {}

  get total(): number {
    return this.computeRates().total;
  }

  ofAddress(ip: string): number {
    return this.computeRates().byAddress.get(ip) ?? 0;
  }

  private computeRates(): NonNullable<ScheduledRates['rates']> {
    if (this.rates !== undefined) return this.rates;
    let total = 0;
    const byAddress = new Map<string, number>();
    for (const { ip, definition, intervalMs } of this.plan) {
      const rate = (packetsPerProbe(definition) * SECOND_MS) / intervalMs;
      total += rate;
      byAddress.set(ip, (byAddress.get(ip) ?? 0) + rate);
    }
    return (this.rates = { total, byAddress });
  }
}
