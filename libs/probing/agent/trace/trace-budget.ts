/** Most packets of one trace: 10 rounds of 30 hops. */
export const TRACE_PACKETS_MAX = 300;
/** Least packets per second of automatic traces: below it, an agent with few targets would need weeks for one trace. */
const PER_SECOND_MIN = 0.35;
/** Size of the bucket, in traces of the largest size. */
const BURST_TRACES = 4;
/** Share of the bucket for traces of targets that went bad. */
const RESERVED_SHARE = 0.5;

/** Packets of automatic traces: a token bucket. A trace takes its largest size, and gives back what it did not send. */
export class TraceBudget {
  private readonly burst = BURST_TRACES * TRACE_PACKETS_MAX;
  private perSecond = PER_SECOND_MIN;
  private packets = this.burst;
  private filledAtMs: number;

  constructor(nowMs: number) {
    this.filledAtMs = nowMs;
  }

  /** Packets per second of automatic traces in the long run. */
  get packetsPerSecond(): number {
    return this.perSecond;
  }

  /** Sets the rate: a share of the packets per second that the schedule sends. */
  setRate(share: number, scheduledPerSecond: number, nowMs: number): void {
    this.fill(nowMs);
    this.perSecond = Math.max(PER_SECOND_MIN, share * scheduledPerSecond);
  }

  /** Whether there are packets for one trace; some are reserved for targets that go bad. */
  hasPackets(isBad: boolean, nowMs: number): boolean {
    this.fill(nowMs);
    return this.packets >= TRACE_PACKETS_MAX + (isBad ? 0 : this.burst * RESERVED_SHARE);
  }

  /** Takes the packets of one trace. */
  takeTrace(): void {
    this.packets -= TRACE_PACKETS_MAX;
  }

  /** Gives back what a trace of `sent` packets did not need. */
  giveBack(sent: number): void {
    this.packets = Math.min(this.burst, this.packets + Math.max(0, TRACE_PACKETS_MAX - sent));
  }

  private fill(nowMs: number): void {
    const elapsedS = Math.max(0, nowMs - this.filledAtMs) / 1_000;
    this.filledAtMs = nowMs;
    this.packets = Math.min(this.burst, this.packets + elapsedS * this.perSecond);
  }
}
