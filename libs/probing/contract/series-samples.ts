/**
 * Samples of one (target, check, window) as columns: row i is agent `agentNo[i]`, at window start + `timeOffsetMs[i]`.
 * Only the first `count` entries count.
 */
export interface SeriesSamples {
  count: number;
  /** The agent's small number in the telemetry database: 1 to 32,767. */
  agentNo: Uint16Array;
  /** 0 to WINDOW_MS - 1. */
  timeOffsetMs: Uint32Array;
  outcome: Uint8Array;
  /** 0 unless the outcome is a reply. */
  rttUs: Uint32Array;
}

/** Samples in room for `capacity`, and none in them. */
export function allocateSamples(capacity: number): SeriesSamples {
  return {
    count: 0,
    agentNo: new Uint16Array(capacity),
    timeOffsetMs: new Uint32Array(capacity),
    outcome: new Uint8Array(capacity),
    rttUs: new Uint32Array(capacity),
  };
}

/** Gathers samples without an object each; grows by doubling up to `capacityMax` and is reused after `clear`. */
export class SeriesBuilder {
  private samples: SeriesSamples;

  constructor(
    private readonly capacityMax: number,
    initialCapacity = 64,
  ) {
    this.samples = allocateSamples(Math.min(initialCapacity, capacityMax));
  }

  get count(): number {
    return this.samples.count;
  }

  /** Adds a sample. False when full. */
  push(agentNo: number, timeOffsetMs: number, outcome: number, rttUs: number): boolean {
    if (this.samples.count === this.capacityMax) return false;
    if (this.samples.count === this.samples.agentNo.length) this.grow();
    const at = this.samples.count++;
    this.samples.agentNo[at] = agentNo;
    this.samples.timeOffsetMs[at] = timeOffsetMs;
    this.samples.outcome[at] = outcome;
    this.samples.rttUs[at] = rttUs;
    return true;
  }

  /** The samples so far, valid until the next push or clear. */
  build(): SeriesSamples {
    return this.samples;
  }

  clear(): void {
    this.samples.count = 0;
  }

  private grow(): void {
    const { count, agentNo, timeOffsetMs, outcome, rttUs } = this.samples;
    const grown = allocateSamples(Math.min(this.capacityMax, Math.max(16, agentNo.length * 2)));
    grown.count = count;
    grown.agentNo.set(agentNo);
    grown.timeOffsetMs.set(timeOffsetMs);
    grown.outcome.set(outcome);
    grown.rttUs.set(rttUs);
    this.samples = grown;
  }
}
