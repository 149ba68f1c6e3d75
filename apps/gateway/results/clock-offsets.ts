/** Samples older than this no longer count: clocks drift. */
const WINDOW_MS = 120_000;
/** A sample this far above the estimate is of a clock that was set; one so far below may be that, or a long delay. */
const JUMP_MS = 10_000;
/** So many samples far below, one after the other and this near to each other, are no delays: the clock was set back. */
const BEHIND_SAMPLES = 3;
const BEHIND_SPREAD_MS = 1_000;
const SAMPLES_MAX = 64;
const AGENTS_MAX = 10_000;

interface Sample {
  atMs: number;
  offsetMs: number;
}

interface Clock {
  samples: Sample[];
  /** The last ones in a row that were far below. */
  behind: Sample[];
}

/**
 * Estimates each agent's clock minus ours from the times that its requests carry. A request is late by its way here, so
 * each sample is too low by that: the highest of the last two minutes is the best (the delay's minimum).
 */
export class ClockOffsets {
  private readonly clocks = new Map<string, Clock>();

  /** Adds a sample, if the request carried one, and gives the estimate in whole ms; 0 while nothing is known. */
  estimate(agentId: string, sentAtMs: number | null, receivedAtMs: number): number {
    let clock = this.clocks.get(agentId);
    if (sentAtMs !== null) {
      clock = withSample(clock, { atMs: receivedAtMs, offsetMs: sentAtMs - receivedAtMs });
      if (this.clocks.size >= AGENTS_MAX && !this.clocks.has(agentId)) this.clocks.clear();
      this.clocks.set(agentId, clock);
    }
    return clock === undefined ? 0 : Math.round(highest(clock.samples));
  }
}

function withSample(clock: Clock | undefined, sample: Sample): Clock {
  const fresh = clock?.samples.filter(({ atMs }) => Math.abs(sample.atMs - atMs) < WINDOW_MS) ?? [];
  const aheadMs = sample.offsetMs - highest(fresh);
  // Nothing makes an agent look ahead but its clock. This is the first sample as well.
  if (aheadMs > JUMP_MS) return { samples: [sample], behind: [] };
  if (aheadMs >= -JUMP_MS) return { samples: [...fresh.slice(1 - SAMPLES_MAX), sample], behind: [] };
  const behind = [...(clock?.behind ?? []).slice(1 - BEHIND_SAMPLES), sample];
  const wasSetBack = behind.length === BEHIND_SAMPLES && highest(behind) - lowest(behind) <= BEHIND_SPREAD_MS;
  return wasSetBack ? { samples: behind, behind: [] } : { samples: fresh, behind };
}

function highest(samples: readonly Sample[]): number {
  return samples.reduce((max, { offsetMs }) => Math.max(max, offsetMs), -Infinity);
}

function lowest(samples: readonly Sample[]): number {
  return samples.reduce((min, { offsetMs }) => Math.min(min, offsetMs), Infinity);
}
