/** Samples older than this are dropped, because clocks drift. */
const WINDOW_MS = 120_000;
/** A sample this far above the estimate comes from a clock that was set; one this far below may be that or a long delay. */
const JUMP_MS = 10_000;
/** This many consecutive samples far below the estimate and within BEHIND_SPREAD_MS of each other: the clock was set back. */
const BEHIND_SAMPLES = 3;
const BEHIND_SPREAD_MS = 1_000;
/** A change of the clock's origin by more than this means that the agent's clock was set. */
const SET_MS_MIN = 500;
const SAMPLES_MAX = 64;
const AGENTS_MAX = 10_000;

interface Sample {
  atMs: number;
  offsetMs: number;
}

interface Clock {
  samples: Sample[];
  /** The last consecutive samples that were far below the estimate. */
  behind: Sample[];
  /** Reading of the agent's clock when its machine booted; null for an agent that does not send it. */
  originMs: number | null;
}

/**
 * Estimates the difference between each agent's clock and ours from the times in its requests. Network delay makes every sample too low,
 * so the highest sample of the last two minutes is the best one (the smallest delay).
 */
export class ClockOffsets {
  private readonly clocks = new Map<string, Clock>();

  /** Adds a sample, if the request carried one, and returns the estimate in whole ms; 0 while nothing is known. */
  estimate(agentId: string, sentAtMs: number | null, receivedAtMs: number, originMs: number | null = null): number {
    let clock = this.clocks.get(agentId);
    // The agent's clock was set: earlier samples are no longer valid.
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
  // Only its clock can make an agent appear ahead. This case includes the first sample.
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
