/** Samples older than this no longer count: clocks drift. */
const WINDOW_MS = 120_000;
/** A sample this far above the estimate is of a clock that was set; one so far below may be that, or a long delay. */
const JUMP_MS = 10_000;
/** So many samples far below, one after the other and this near to each other, are no delays: the clock was set back. */
const BEHIND_SAMPLES = 3;
const BEHIND_SPREAD_MS = 1_000;
/** An agent's clock whose origin differs by more than this was set. */
const SET_MS_MIN = 500;
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
  /** What the agent's clock read when its machine was started; null for an agent that does not tell it. */
  originMs: number | null;
}

/**
 * Estimates each agent's clock minus ours from the times that its requests carry. A request is late by its way here, so
 * each sample is too low by that: the highest of the last two minutes is the best (the delay's minimum).
 */
export class ClockOffsets {
  private readonly clocks = new Map<string, Clock>();

  /** Adds a sample, if the request carried one, and gives the estimate in whole ms; 0 while nothing is known. */
  estimate(agentId: string, sentAtMs: number | null, receivedAtMs: number, originMs: number | null = null): number {
    let clock = this.clocks.get(agentId);
    // A clock that was set says so: what was measured before holds no more.
    if (originMs !== null && Math.abs((clock?.originMs ?? originMs) - originMs) > SET_MS_MIN) clock = undefined;
    if (sentAtMs !== null) {
      const sample = { atMs: receivedAtMs, offsetMs: sentAtMs - receivedAtMs };
      clock = { ...withSample(clock, sample), originMs: originMs ?? clock?.originMs ?? null };
      if (this.clocks.size >= AGENTS_MAX && !this.clocks.has(agentId)) this.clocks.clear();
      this.clocks.set(agentId, clock);
    }
    return clock === undefined ? 0 : Math.round(highest(clock.samples));
  }
}

function withSample(clock: Clock | undefined, sample: Sample): Omit<Clock, 'originMs'> {
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
