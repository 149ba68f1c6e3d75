import type { AnchorReport } from '@icmp-mon/agents/contract';
import { WakeUp } from '@icmp-mon/platform/concurrency';
import type { AgentLog } from '../agent-log';
import type { Executor } from '../executors/executor';
import { addressRefusalOf, type LocalPolicy } from '../policy/local-policy';
import { type AnchorResult, AnchorStates } from './anchor-states';
import type { StoredAnchors } from './stored-anchors';

/** Time between two rounds, in ms. */
const ROUND_MS = 5_000;
/** The same while targets do not reply: the anchors then decide whether these misses are believed. */
const SUSPECTED_ROUND_MS = 1_000;
const TIMEOUT_MS = 1_000;
const SPACING_MS = 20;
/** Most packets per second to one anchor. */
const PER_SECOND_MAX = 1_000 / SUSPECTED_ROUND_MS;

/** Packet rates of the policy file, shared with the schedule. */
export interface AnchorRates {
  /** Takes packets from the policy's rate. Returns the time between two in ms, at least the given one; null if there is no room now. */
  takePackets(count: number, spacingMsMin: number): number | null;
  /** Returns the packets per second of an address that the schedule leaves. */
  freePerSecondOf(ip: string): number;
}

export interface AnchorProberOptions {
  /** Used for the anchors only, so that its state is not that of the agent's targets. */
  ping: Pick<Executor, 'runSlice' | 'close'>;
  policy: () => LocalPolicy;
  /** Null while the agent does not probe at all, because it is evicted or banned. */
  rates: () => AnchorRates | null;
  stored: StoredAnchors;
  /** Called after each round with its begin by the monotonic clock, and when the anchors are removed. */
  onRound: (states: AnchorStates, beganAtMs: number) => void;
  log: AgentLog;
}

/**
 * Pings the anchors of the installation: one fping for all of them every 5 s, in addition to its targets. The local policy file refuses
 * an anchor like any other address, and one whose packets per second would exceed its limit.
 */
export class AnchorProber {
  private readonly states = new AnchorStates();
  private readonly wakeUp = new WakeUp();
  private readonly halt = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private beganAtMs = -Infinity;
  private hastened: NodeJS.Timeout | undefined;

  constructor(private readonly options: AnchorProberOptions) {
    this.states.replaceAnchors(options.stored.readAddresses());
  }

  anchorReports(): AnchorReport[] {
    return this.states.reports();
  }

  /** Replaces the anchors by those in force, and stores them for the next start; undefined keeps them. */
  useAnchors(ips: readonly string[] | undefined): void {
    if (ips === undefined || ips.join() === this.states.ips.join()) return;
    this.options.log.info({ anchors: ips }, 'anchors changed');
    this.states.replaceAnchors(ips);
    this.options.stored.storeAddresses(ips);
    // Without anchors there is no further round: what the last one has shown ends here.
    if (ips.length === 0) this.options.onRound(this.states, performance.now());
    this.wakeUp.wakeSleeper();
  }

  /** Begins the next round now, or as soon as `SUSPECTED_ROUND_MS` have passed since the last one. */
  hastenRound(): void {
    if (this.states.ips.length === 0) return;
    const waitMs = this.beganAtMs + SUSPECTED_ROUND_MS - performance.now();
    this.hastened ??= setTimeout(() => this.wakeUp.wakeSleeper(), Math.max(0, waitMs));
  }

  start(): void {
    this.running = this.probeUntilStopped(this.halt.signal);
  }

  async stop(): Promise<void> {
    this.halt.abort();
    await this.running;
    clearTimeout(this.hastened);
    this.options.ping.close();
  }

  private async probeUntilStopped(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.states.ips.length > 0) await this.probeRound(signal);
      await this.wakeUp.sleepUntilWoken(ROUND_MS, signal);
    }
  }

  private async probeRound(signal: AbortSignal): Promise<void> {
    const { ping, policy, onRound } = this.options;
    const rates = this.options.rates();
    this.beganAtMs = performance.now();
    clearTimeout(this.hastened);
    this.hastened = undefined;
    const { ips } = this.states;
    const isTooFast = (ip: string): boolean => rates !== null && rates.freePerSecondOf(ip) < PER_SECOND_MAX;
    const refused = new Set(ips.filter((ip) => addressRefusalOf(policy(), ip) !== null || isTooFast(ip)));
    const allowed = ips.filter((ip) => !refused.has(ip));
    const outcomes = new Map<string, AnchorResult>();
    const spacingMs = rates === null || allowed.length === 0 ? null : rates.takePackets(allowed.length, SPACING_MS);
    if (spacingMs !== null) {
      await ping.runSlice(
        { ips: allowed, checks: [], timeoutMs: TIMEOUT_MS, spacingMs },
        (index, sentAtMs, outcome, rttUs) => outcomes.set(allowed[index] ?? '', { outcome, sentAtMs, rttUs }),
        signal,
      );
      if (signal.aborted) return;
    }
    this.states.recordRound(refused, outcomes);
    onRound(this.states, this.beganAtMs);
  }
}
