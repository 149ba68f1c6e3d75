import { ByteReader } from './byte-reader';
import { ByteWriter } from './byte-writer';
import { SeriesBodyError } from './series-body';

/** Largest relative error of a quantile from 50 us to 10 s, in addition to rounding to 1 us. */
export const HISTOGRAM_ERROR_RATIO = 0.02;
/** Rtts below this have one bin per microsecond. */
export const HISTOGRAM_EXACT_BELOW_US = 50;
/** Rtts from this on share the last bin. */
export const HISTOGRAM_TOP_US = 10_000_000;

const VERSION = 1;
const GROWTH = (1 + HISTOGRAM_ERROR_RATIO) / (1 - HISTOGRAM_ERROR_RATIO);
const LOG_GROWTH = Math.log(GROWTH);

/** Lowest rtt of each bin; integers, so that readers in any language use the same bounds. */
export const HISTOGRAM_LOWER_US: Uint32Array = lowerBounds();
export const HISTOGRAM_BINS = HISTOGRAM_LOWER_US.length;

function lowerBounds(): Uint32Array {
  const bounds: number[] = Array.from({ length: HISTOGRAM_EXACT_BELOW_US }, (_, us) => us);
  for (let step = 0; ; step++) {
    const bound = Math.ceil(HISTOGRAM_EXACT_BELOW_US * GROWTH ** step);
    if (bound >= HISTOGRAM_TOP_US) break;
    bounds.push(bound);
  }
  return Uint32Array.from([...bounds, HISTOGRAM_TOP_US]);
}

/** Returns the bin of an rtt. */
export function histogramBin(rttUs: number): number {
  if (rttUs < HISTOGRAM_EXACT_BELOW_US) return Math.floor(rttUs);
  if (rttUs >= HISTOGRAM_TOP_US) return HISTOGRAM_BINS - 1;
  let bin = HISTOGRAM_EXACT_BELOW_US + Math.floor(Math.log(rttUs / HISTOGRAM_EXACT_BELOW_US) / LOG_GROWTH);
  // The logarithm may be wrong in its last digit: the table decides.
  if (rttUs < HISTOGRAM_LOWER_US[bin]) bin--;
  else if (rttUs >= HISTOGRAM_LOWER_US[bin + 1]) bin++;
  return bin;
}

const writer = new ByteWriter(1024);

/**
 * Counts of rtts in bins that grow by 4 %: quantiles are within 2 % (and 1 us), and merging loses nothing. Dense and meant to be reused
 * (`clear`); stored and merged in its sparse form.
 */
export class RttHistogram {
  private readonly counts = new Float64Array(HISTOGRAM_BINS);
  /** Used bins, in the order of their first rtt: a window has few rtts, and there are hundreds of bins. */
  private readonly used = new Uint16Array(HISTOGRAM_BINS);
  private usedCount = 0;
  private total = 0;

  /** Number of rtts. */
  get count(): number {
    return this.total;
  }

  add(rttUs: number): void {
    this.addTo(histogramBin(rttUs), 1);
  }

  clear(): void {
    for (let at = 0; at < this.usedCount; at++) this.counts[this.used[at]] = 0;
    this.usedCount = 0;
    this.total = 0;
  }

  /** Returns the sparse form: a version, then for each used bin its distance from the previous one and its count, as varints. */
  encodeBins(): Uint8Array {
    writer.reset();
    writer.u8(VERSION);
    let previous = -1;
    for (const bin of this.used.subarray(0, this.usedCount).sort()) {
      writer.writeVarint(bin - previous);
      writer.writeVarint(this.counts[bin]);
      previous = bin;
    }
    return writer.copyBytes();
  }

  /** Adds the counts of a sparse form. Throws a `SeriesBodyError` for invalid bytes, without adding anything. */
  merge(bytes: Uint8Array): void {
    const bins: number[] = [];
    const counts: number[] = [];
    eachHistogramBin(bytes, (bin, count) => {
      bins.push(bin);
      counts.push(count);
    });
    for (let at = 0; at < bins.length; at++) this.addTo(bins[at], counts[at]);
  }

  private addTo(bin: number, count: number): void {
    if (this.counts[bin] === 0) this.used[this.usedCount++] = bin;
    this.counts[bin] += count;
    this.total += count;
  }

  /**
   * Returns the rtt of rank ceil(q × count), q from 0 to 1; null if empty. Exact below 50 us, within 2 % (and rounding to 1 us) below 10 s, 10 s
   * from there on. Clamp it to the known minimum and maximum.
   */
  quantileUs(q: number): number | null {
    if (this.total === 0) return null;
    const rank = Math.max(1, Math.ceil(q * this.total));
    let seen = 0;
    for (let bin = 0; bin < HISTOGRAM_BINS; bin++) {
      seen += this.counts[bin];
      if (seen >= rank) return histogramBinUs(bin);
    }
    return HISTOGRAM_TOP_US;
  }
}

/** Visits the used bins of a sparse form in ascending order. Throws a `SeriesBodyError` when it meets invalid bytes. */
export function eachHistogramBin(bytes: Uint8Array, visit: (bin: number, count: number) => void): void {
  const reader = new ByteReader(bytes);
  const version = reader.u8();
  if (version !== VERSION) throw new SeriesBodyError(`histogram of version ${version}, this reads ${VERSION}`);
  let bin = -1;
  while (reader.remaining > 0) {
    const distance = reader.readVarint();
    bin += distance;
    const count = reader.readVarint();
    if (reader.failed || distance < 1 || bin >= HISTOGRAM_BINS || count < 1) {
      throw new SeriesBodyError(`histogram bin ${bin} with ${count} rtts`);
    }
    visit(bin, count);
  }
}

/** Returns the value with the same relative distance to both ends of its bin: the rtt of all counts of the bin. */
export function histogramBinUs(bin: number): number {
  if (bin < HISTOGRAM_EXACT_BELOW_US || bin === HISTOGRAM_BINS - 1) return HISTOGRAM_LOWER_US[bin];
  const low = HISTOGRAM_LOWER_US[bin];
  const high = HISTOGRAM_LOWER_US[bin + 1] - 1;
  return Math.round((2 * low * high) / (low + high));
}

/** Returns the sparse form of the sum of sparse forms. Throws a `SeriesBodyError` for invalid bytes. */
export function mergeHistograms(histograms: readonly Uint8Array[]): Uint8Array {
  const sum = new RttHistogram();
  for (const bytes of histograms) sum.merge(bytes);
  return sum.encodeBins();
}
