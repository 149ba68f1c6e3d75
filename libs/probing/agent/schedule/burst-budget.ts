import type { ConfirmingCount } from '@icmp-mon/agents/contract';
import { PACKET_GAP_MS, packetsPerProbe, sendingMs } from '@icmp-mon/probing/contract';
import type { PacketLimits } from './packet-budget';
import { ScheduledRates } from './scheduled-rates';
import type { PlannedTarget } from './target-plan';

/** Probes of a burst. */
export const BURST_PROBES = 3;
/** Time between two probes of a burst, in ms, unless they take longer to send or the policy allows fewer packets. */
export const STEP_MS = 500;
/** A burst that the policy would make slower than this is refused. */
const STEP_MS_MAX = 2_000;
/** Share of the planned packets per second that bursts may add. */
const SHARE_MAX = 0.05;
/** Unused packets are saved for this many seconds, and at least this many of them: an agent with few targets can confirm some of them together. */
const SAVED_S = 2;
const SAVED_PACKETS_MIN = 60;
/** Targets that begin to miss in one slice, from which on, and share of the agent's targets above which, they confirm each other. */
const CROWD_MIN = 10;
const CROWD_SHARE = 0.02;
const SECOND_MS = 1_000;

type BurstTarget = Pick<PlannedTarget, 'ip' | 'definition'>;
type Refusal = 'refused_budget' | 'refused_crowd' | 'refused_rate';

/** A burst that was granted. */
export interface GrantedBurst {
  /** Time between its probes, in ms. */
  stepMs: number;
  packets: number;
  perSecond: number;
}

/**
 * Grants confirming bursts, for all types of checks of an agent together:
 *
 * - at most 5 % of the planned packets, by a token bucket; probes that a burst does not send are given back;
 * - never more than the policy file leaves free of the plan, in total and per address: a burst takes no packet from a regular slice;
 * - none for a crowd, which needs no confirmation, and which the bucket could not confirm either.
 */
export class BurstBudget {
  /** Whether the control plane reads the mark of confirming probes: without it they would count as loss. */
  isEnabled = false;
  readonly counts: Record<ConfirmingCount, number> = {
    ...{ bursts: 0, probes: 0 },
    ...{ refused_budget: 0, refused_crowd: 0, refused_rate: 0 },
  };
  private rates = new ScheduledRates([]);
  private targets = 0;
  private limits: PacketLimits = { packetsPerSecond: 0, packetsPerSecondPerAddress: 0 };
  private tokens = SAVED_PACKETS_MIN;
  private filledAtMs = 0;
  /** Packets per second of the bursts under way. */
  private perSecond = 0;
  private readonly perAddress = new Map<string, number>();

  /** Sets what is planned for how many targets, and what the policy file allows. */
  setPlan(rates: ScheduledRates, targets: number, limits: PacketLimits): void {
    this.rates = rates;
    this.targets = targets;
    this.limits = limits;
  }

  /** The planned packets per second. */
  get plannedPerSecond(): number {
    return this.rates.total;
  }

  /** Whether this many targets that begin to miss in one slice confirm each other. */
  isCrowd(misses: number): boolean {
    return misses >= CROWD_MIN && misses > this.targets * CROWD_SHARE;
  }

  /** Grants a burst; null if it is refused. The caller returns it by `endBurst`. */
  takeBurst({ ip, definition }: BurstTarget, nowMs: number): GrantedBurst | null {
    const packets = packetsPerProbe(definition);
    const ofAddress = this.perAddress.get(ip) ?? 0;
    const { packetsPerSecond, packetsPerSecondPerAddress } = this.limits;
    const free = Math.min(
      packetsPerSecond - this.rates.total - this.perSecond,
      packetsPerSecondPerAddress - this.rates.ofAddress(ip) - ofAddress,
    );
    const stepMs = Math.max(STEP_MS, sendingMs(definition) + PACKET_GAP_MS, (SECOND_MS * packets) / Math.max(0, free));
    if (stepMs > STEP_MS_MAX) return this.refuseBurst('refused_rate');
    this.refill(nowMs);
    if (this.tokens < BURST_PROBES * packets) return this.refuseBurst('refused_budget');
    this.tokens -= BURST_PROBES * packets;
    const perSecond = (SECOND_MS * packets) / stepMs;
    this.perSecond += perSecond;
    this.perAddress.set(ip, ofAddress + perSecond);
    this.counts.bursts++;
    return { stepMs, packets, perSecond };
  }

  /** Returns a burst that ends, with the packets of `left` probes that it has not sent. */
  endBurst({ ip }: BurstTarget, { packets, perSecond }: GrantedBurst, left: number): void {
    this.tokens += left * packets;
    this.perSecond = Math.max(0, this.perSecond - perSecond);
    const ofAddress = (this.perAddress.get(ip) ?? 0) - perSecond;
    if (ofAddress > 1e-6) this.perAddress.set(ip, ofAddress);
    else this.perAddress.delete(ip);
  }

  /** Counts bursts that are not made because of a crowd. */
  refuseCrowd(bursts: number): void {
    this.counts.refused_crowd += bursts;
  }

  private refuseBurst(why: Refusal): null {
    this.counts[why]++;
    return null;
  }

  private refill(nowMs: number): void {
    const share = this.rates.total * SHARE_MAX;
    const saved = this.tokens + (share * Math.max(0, nowMs - this.filledAtMs)) / SECOND_MS;
    this.tokens = Math.min(saved, Math.max(SAVED_PACKETS_MIN, share * SAVED_S));
    this.filledAtMs = nowMs;
  }
}
