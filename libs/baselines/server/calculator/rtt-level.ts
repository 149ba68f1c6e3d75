import { BASELINE_LIMITS } from '@icmp-mon/baselines/contract';
import { eachHistogramBin, HISTOGRAM_BINS, histogramBinUs } from '@icmp-mon/probing/wire';

/** Median and spread of round-trip times, in us. */
export interface RttLevel {
  medianUs: number;
  spreadUs: number;
}

/** Makes the median absolute deviation comparable with a standard deviation. */
const MAD_SCALE = 1.4826;
/** The same for the distance from the median to the 90th percentile: its value for a normal distribution. */
const P90_SCALE = 1.2816;
const BIN_US = Float64Array.from({ length: HISTOGRAM_BINS }, (_, bin) => histogramBinUs(bin));

/** Returns the lowest spread that a level may have: clocks and kernels are not more precise. */
export function spreadMinUs(medianUs: number): number {
  return Math.max(BASELINE_LIMITS.spreadUsMin, Math.round(BASELINE_LIMITS.spreadShareMin * medianUs));
}

/**
 * Round-trip times of any number of hours, as counts per bin; reused after `clear`. Counts are added, so neither the order of hours nor a merge
 * of parts changes a result.
 */
export class RttSum {
  private readonly counts = new Float64Array(HISTOGRAM_BINS);
  private lowest = HISTOGRAM_BINS;
  private highest = -1;
  count = 0;

  clear(): void {
    if (this.highest >= 0) this.counts.fill(0, this.lowest, this.highest + 1);
    this.lowest = HISTOGRAM_BINS;
    this.highest = -1;
    this.count = 0;
  }

  /** Adds the sparse form of an `RttHistogram`. Throws a `SeriesBodyError` for invalid bytes. */
  addHistogram(bytes: Uint8Array): void {
    eachHistogramBin(bytes, this.addBin);
  }

  private readonly addBin = (bin: number, count: number): void => {
    this.counts[bin] += count;
    this.count += count;
    if (bin < this.lowest) this.lowest = bin;
    if (bin > this.highest) this.highest = bin;
  };

  /** Returns the round-trip time of rank ceil(q × count); 0 without any. */
  quantileUs(q: number): number {
    const rank = Math.max(1, Math.ceil(q * this.count));
    let seen = 0;
    for (let bin = this.lowest; bin <= this.highest; bin++) {
      seen += this.counts[bin];
      if (seen >= rank) return BIN_US[bin];
    }
    return 0;
  }

  /** Returns median and spread: the largest of the scaled MAD, the scaled distance to the 90th percentile, and the minimum. */
  level(): RttLevel {
    const medianUs = this.quantileUs(0.5);
    const tail = (this.quantileUs(0.9) - medianUs) / P90_SCALE;
    const spreadUs = Math.max(MAD_SCALE * this.deviationUs(medianUs), tail, spreadMinUs(medianUs));
    return { medianUs, spreadUs: Math.round(spreadUs) };
  }

  /** Returns the median of the distances to the median: walks outwards from it, always to the nearer of both next bins. */
  private deviationUs(medianUs: number): number {
    let below = this.lowest;
    while (below <= this.highest && BIN_US[below] < medianUs) below++;
    let above = below;
    below--;
    const rank = Math.max(1, Math.ceil(this.count / 2));
    let seen = 0;
    for (;;) {
      const down = below >= this.lowest ? medianUs - BIN_US[below] : Infinity;
      const up = above <= this.highest ? BIN_US[above] - medianUs : Infinity;
      if (down === Infinity && up === Infinity) return 0;
      seen += this.counts[down < up ? below-- : above++];
      if (seen >= rank) return Math.min(down, up);
    }
  }
}
