import { compareDetails, type DetailCode } from '@icmp-mon/probing/contract';

/**
 * Samples of one (target, check, window) as columns. Row i is agent `agentNo[i]` at window start + `timeOffsetMs[i]`. Only the first `count`
 * entries are used.
 */
export interface SeriesSamples {
  count: number;
  /** Number of the agent in the telemetry database: 1 to 32,767. */
  agentNo: Uint16Array;
  /** 0 to WINDOW_MS - 1. */
  timeOffsetMs: Uint32Array;
  outcome: Uint8Array;
  /** 0 unless the outcome is a reply. */
  rttUs: Uint32Array;
  /** By row; most samples have none. */
  details: Map<number, DetailCode>;
}

/** Returns empty columns with room for `capacity` samples. */
export function allocateSamples(capacity: number): SeriesSamples {
  return {
    count: 0,
    agentNo: new Uint16Array(capacity),
    timeOffsetMs: new Uint32Array(capacity),
    outcome: new Uint8Array(capacity),
    rttUs: new Uint32Array(capacity),
    details: new Map(),
  };
}

/** Collects samples without one object per sample; grows by doubling up to `capacityMax` and is reused after `clear`. */
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

  /** Adds a sample. Returns false when full. */
  addSample(agentNo: number, timeOffsetMs: number, outcome: number, rttUs: number, detail?: DetailCode): boolean {
    if (this.samples.count === this.capacityMax) return false;
    if (this.samples.count === this.samples.agentNo.length) this.growSamples();
    const at = this.samples.count++;
    this.samples.agentNo[at] = agentNo;
    this.samples.timeOffsetMs[at] = timeOffsetMs;
    this.samples.outcome[at] = outcome;
    this.samples.rttUs[at] = rttUs;
    if (detail !== undefined) this.samples.details.set(at, detail);
    return true;
  }

  /** Returns the samples so far, valid until the next push or clear. */
  buildSamples(): SeriesSamples {
    return this.samples;
  }

  clear(): void {
    this.samples.count = 0;
    this.samples.details.clear();
  }

  private growSamples(): void {
    const { count, agentNo, timeOffsetMs, outcome, rttUs, details } = this.samples;
    const grown = allocateSamples(Math.min(this.capacityMax, Math.max(16, agentNo.length * 2)));
    grown.count = count;
    grown.agentNo.set(agentNo);
    grown.timeOffsetMs.set(timeOffsetMs);
    grown.outcome.set(outcome);
    grown.rttUs.set(rttUs);
    grown.details = details;
    this.samples = grown;
  }
}

const OFFSET_SPAN = 2 ** 19;
const ROW_SPAN = 2 ** 17;
/** Up to this length, insertion sort is faster than a call of the engine's sort. */
const INSERTION_SORT_MAX = 32;
let scratch = allocateSamples(1_024);
let keys = new Float64Array(1_024);

/**
 * Sorts samples by agent, time, outcome, rtt and detail: a total order, independent of the order of arrival. Returns the given samples if they are
 * sorted, otherwise a copy that is valid until the next call. At most 131,072 samples with offsets below 2^19 ms.
 */
export function sortSamples(samples: SeriesSamples): SeriesSamples {
  const { count } = samples;
  let sorted = true;
  for (let at = 1; at < count && sorted; at++) sorted = compareRows(samples, at - 1, at) <= 0;
  if (sorted) return samples;
  if (keys.length < count) {
    keys = new Float64Array(2 ** Math.ceil(Math.log2(count)));
    scratch = allocateSamples(keys.length);
  }
  // Agent, time and row in one number, exact below 2^53.
  for (let at = 0; at < count; at++) {
    keys[at] = (samples.agentNo[at] * OFFSET_SPAN + samples.timeOffsetMs[at]) * ROW_SPAN + at;
  }
  sortNumbers(keys.subarray(0, count));
  scratch.details.clear();
  for (let at = 0; at < count; at++) copyRow(samples, keys[at] % ROW_SPAN, scratch, at);
  scratch.count = count;
  orderTies(scratch);
  return scratch;
}

function sortNumbers(values: Float64Array): void {
  if (values.length > INSERTION_SORT_MAX) {
    values.sort();
    return;
  }
  for (let at = 1; at < values.length; at++) {
    const value = values[at];
    let to = at;
    for (; to > 0 && values[to - 1] > value; to--) values[to] = values[to - 1];
    values[to] = value;
  }
}

/** Sorts samples of the same agent and millisecond; there are few of them, and few differ. */
function orderTies(samples: SeriesSamples): void {
  for (let at = 1; at < samples.count; at++) {
    for (let to = at; to > 0 && compareRows(samples, to - 1, to) > 0; to--) swapRows(samples, to - 1, to);
  }
}

function compareRows({ agentNo, timeOffsetMs, outcome, rttUs, details }: SeriesSamples, a: number, b: number): number {
  return (
    agentNo[a] - agentNo[b] ||
    timeOffsetMs[a] - timeOffsetMs[b] ||
    outcome[a] - outcome[b] ||
    rttUs[a] - rttUs[b] ||
    (details.size === 0 ? 0 : compareDetails(details.get(a), details.get(b)))
  );
}

function setDetail({ details }: SeriesSamples, row: number, detail: DetailCode | undefined): void {
  if (detail === undefined) details.delete(row);
  else details.set(row, detail);
}

function copyRow(from: SeriesSamples, row: number, to: SeriesSamples, at: number): void {
  to.agentNo[at] = from.agentNo[row];
  to.timeOffsetMs[at] = from.timeOffsetMs[row];
  to.outcome[at] = from.outcome[row];
  to.rttUs[at] = from.rttUs[row];
  if (from.details.size > 0) setDetail(to, at, from.details.get(row));
}

function swapRows(samples: SeriesSamples, a: number, b: number): void {
  const { agentNo, timeOffsetMs, outcome, rttUs } = samples;
  for (const column of [agentNo, timeOffsetMs, outcome, rttUs]) {
    const value = column[a];
    column[a] = column[b];
    column[b] = value;
  }
  if (samples.details.size === 0) return;
  const [ofA, ofB] = [samples.details.get(a), samples.details.get(b)];
  setDetail(samples, a, ofB);
  setDetail(samples, b, ofA);
}
