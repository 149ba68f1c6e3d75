/** Samples older than this no longer count: clocks drift. */
const WINDOW_MS = 120_000;
/** A sample this far from the estimate is no delay but a clock that was set: begin anew. */
const JUMP_MS = 10_000;
const SAMPLES_MAX = 64;
const AGENTS_MAX = 10_000;

interface Sample {
  atMs: number;
  offsetMs: number;
}

/**
 * Estimates each agent's clock minus ours from the times that its requests carry. A request is late by its way here, so
 * each sample is too low by that: the highest of the last two minutes is the best (the delay's minimum).
 */
export class ClockOffsets {
  private readonly samples = new Map<string, Sample[]>();

  /** Adds a sample, if the request carried one, and gives the estimate in whole ms; 0 while nothing is known. */
  estimate(agentId: string, sentAtMs: number | null, receivedAtMs: number): number {
    let samples = this.samples.get(agentId) ?? [];
    if (sentAtMs !== null) {
      const sample = { atMs: receivedAtMs, offsetMs: sentAtMs - receivedAtMs };
      const jumped = samples.length > 0 && Math.abs(sample.offsetMs - highest(samples)) > JUMP_MS;
      const kept = jumped ? [] : samples.filter(({ atMs }) => Math.abs(receivedAtMs - atMs) < WINDOW_MS);
      samples = [...kept.slice(1 - SAMPLES_MAX), sample];
      if (this.samples.size >= AGENTS_MAX && !this.samples.has(agentId)) this.samples.clear();
      this.samples.set(agentId, samples);
    }
    return samples.length === 0 ? 0 : Math.round(highest(samples));
  }
}

function highest(samples: readonly Sample[]): number {
  return samples.reduce((max, { offsetMs }) => Math.max(max, offsetMs), -Infinity);
}
