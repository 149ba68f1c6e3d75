import { IntMap } from '@icmp-mon/shard/engine';
import type { DetailCode } from '@icmp-mon/probing/contract';
import { windowStart } from '@icmp-mon/probing/wire';
import { doubled, type SampleVisitor } from './sample-arrays';
import { SampleDetails } from './sample-details';

const NONE = -1;
const INITIAL_SAMPLES = 1_024;
const INITIAL_WINDOWS = 256;

/** A sample is four consecutive integers, so following a window's list costs one cache miss per sample. */
const SAMPLE = { next: 0, rttUs: 1, offsetMs: 2, agentAndOutcome: 3 };
const SAMPLE_SIZE = 4;
const OUTCOME_BITS = 8;

/** A window is eight consecutive integers. `fresh` is its first sample that is not stored yet. */
const WINDOW = { head: 0, tail: 1, fresh: 2, size: 3, targetKey: 4, check: 5 };
const WINDOW_SIZE = 8;
/** Its start in ms occupies the last two integers. */
const START_PLACE = 3;

/**
 * Samples of open windows, as linked lists in one array: adding a sample allocates nothing, dropping a window frees its rows. A window is one
 * (target, check, five minutes); its handle is a small number.
 */
export class SampleStore {
  private samples = new Int32Array(INITIAL_SAMPLES * SAMPLE_SIZE);
  private samplesUsed = 0;
  private freeSample = NONE;
  private readonly details = new SampleDetails();

  private windows = new Int32Array(INITIAL_WINDOWS * WINDOW_SIZE);
  private starts = new Float64Array(this.windows.buffer);
  private windowsUsed = 0;
  private readonly freeWindows: number[] = [];
  /** Start → check → target key → window. */
  private readonly byStart = new Map<number, Map<number, IntMap>>();
  /** The map that contains the window of the last added sample: the next sample usually has the same window start and check. */
  private latest: { startMs: number; check: number; windows: IntMap } | null = null;

  targetKeyOf(window: number): number {
    return this.windows[window * WINDOW_SIZE + WINDOW.targetKey] >>> 0;
  }

  checkOf(window: number): number {
    return this.windows[window * WINDOW_SIZE + WINDOW.check];
  }

  startMsOf(window: number): number {
    return this.starts[(window * WINDOW_SIZE) / 2 + START_PLACE];
  }

  sizeOf(window: number): number {
    return this.windows[window * WINDOW_SIZE + WINDOW.size];
  }

  hasFresh(window: number): boolean {
    return this.windows[window * WINDOW_SIZE + WINDOW.fresh] !== NONE;
  }

  /** Adds a sample and returns its window. `stored` samples are not fresh. */
  add(
    targetKey: number,
    check: number,
    sampleMs: number,
    agentIndex: number,
    outcome: number,
    rttUs: number,
    stored: boolean,
    detail?: DetailCode,
  ): number {
    const startMs = windowStart(sampleMs);
    const window = this.windowFor(targetKey, check, startMs);
    const sample = this.allocateSample();
    const { samples, windows } = this;
    const at = sample * SAMPLE_SIZE;
    samples[at + SAMPLE.next] = NONE;
    samples[at + SAMPLE.rttUs] = rttUs;
    samples[at + SAMPLE.offsetMs] = sampleMs - startMs;
    samples[at + SAMPLE.agentAndOutcome] = (agentIndex << OUTCOME_BITS) | outcome;
    if (detail !== undefined) this.details.add(window, sample, detail);
    const row = window * WINDOW_SIZE;
    const tail = windows[row + WINDOW.tail];
    if (tail === NONE) windows[row + WINDOW.head] = sample;
    else samples[tail * SAMPLE_SIZE + SAMPLE.next] = sample;
    windows[row + WINDOW.tail] = sample;
    windows[row + WINDOW.size]++;
    if (!stored && windows[row + WINDOW.fresh] === NONE) windows[row + WINDOW.fresh] = sample;
    return window;
  }

  /** Visits all samples of a window in order of arrival. */
  eachSample(window: number, visit: SampleVisitor): void {
    this.visitFrom(window, this.windows[window * WINDOW_SIZE + WINDOW.head], visit);
  }

  /** Visits the fresh samples, and marks them as stored. */
  takeFresh(window: number, visit: SampleVisitor): void {
    const fresh = window * WINDOW_SIZE + WINDOW.fresh;
    this.visitFrom(window, this.windows[fresh], visit);
    this.windows[fresh] = NONE;
  }

  /** Removes a window. */
  dropWindow(window: number): void {
    const startMs = this.startMsOf(window);
    const targetKey = this.targetKeyOf(window);
    const check = this.checkOf(window);
    const checks = this.byStart.get(startMs);
    const windows = checks?.get(check);
    // Dropping twice would turn the list of free samples into a ring.
    if (!checks || windows?.get(targetKey) !== window) throw new Error(`window ${window} is not open`);
    windows.delete(targetKey);
    if (windows.size === 0) {
      this.latest = null;
      checks.delete(check);
      if (checks.size === 0) this.byStart.delete(startMs);
    }
    const row = window * WINDOW_SIZE;
    const tail = this.windows[row + WINDOW.tail];
    if (tail !== NONE) {
      this.samples[tail * SAMPLE_SIZE + SAMPLE.next] = this.freeSample;
      this.freeSample = this.windows[row + WINDOW.head];
    }
    this.details.dropWindow(window);
    this.freeWindows.push(window);
  }

  /** Returns the open windows of a target. */
  ofTarget(targetKey: number): number[] {
    const found: number[] = [];
    for (const checks of this.byStart.values()) {
      for (const windows of checks.values()) {
        const window = windows.get(targetKey);
        if (window >= 0) found.push(window);
      }
    }
    return found;
  }

  /** Returns windows that start before `watermarkMs`. */
  before(watermarkMs: number): number[] {
    return this.windowsOf((startMs) => startMs < watermarkMs);
  }

  /** Returns all windows from `watermarkMs` on, by start, target and check. */
  inOrder(watermarkMs: number): number[] {
    return this.windowsOf((startMs) => startMs >= watermarkMs).sort(
      (a, b) =>
        this.startMsOf(a) - this.startMsOf(b) ||
        this.targetKeyOf(a) - this.targetKeyOf(b) ||
        this.checkOf(a) - this.checkOf(b),
    );
  }

  private windowsOf(wanted: (startMs: number) => boolean): number[] {
    const found: number[] = [];
    for (const [startMs, checks] of this.byStart) {
      if (!wanted(startMs)) continue;
      for (const windows of checks.values()) windows.forEachValue((window) => found.push(window));
    }
    return found;
  }

  private visitFrom(window: number, first: number, visit: SampleVisitor): void {
    const { samples } = this;
    const details = this.details.ofWindow(window);
    for (let sample = first; sample !== NONE; sample = samples[sample * SAMPLE_SIZE + SAMPLE.next]) {
      const at = sample * SAMPLE_SIZE;
      const agentAndOutcome = samples[at + SAMPLE.agentAndOutcome];
      visit(
        agentAndOutcome >>> OUTCOME_BITS,
        samples[at + SAMPLE.offsetMs],
        agentAndOutcome & ((1 << OUTCOME_BITS) - 1),
        samples[at + SAMPLE.rttUs] >>> 0,
        details?.get(sample),
      );
    }
  }

  private windowFor(targetKey: number, check: number, startMs: number): number {
    const windows = this.windowsAt(startMs, check);
    const known = windows.get(targetKey);
    if (known >= 0) return known;
    const window = this.freeWindows.pop() ?? this.windowsUsed++;
    const row = window * WINDOW_SIZE;
    if (row === this.windows.length) this.growWindows();
    this.windows.fill(NONE, row, row + WINDOW.size);
    this.windows[row + WINDOW.size] = 0;
    this.windows[row + WINDOW.targetKey] = targetKey;
    this.windows[row + WINDOW.check] = check;
    this.starts[row / 2 + START_PLACE] = startMs;
    windows.set(targetKey, window);
    return window;
  }

  private windowsAt(startMs: number, check: number): IntMap {
    if (this.latest?.startMs === startMs && this.latest.check === check) return this.latest.windows;
    let checks = this.byStart.get(startMs);
    if (!checks) this.byStart.set(startMs, (checks = new Map()));
    let windows = checks.get(check);
    if (!windows) checks.set(check, (windows = new IntMap()));
    this.latest = { startMs, check, windows };
    return windows;
  }

  private allocateSample(): number {
    if (this.freeSample !== NONE) {
      const sample = this.freeSample;
      this.freeSample = this.samples[sample * SAMPLE_SIZE + SAMPLE.next];
      return sample;
    }
    if (this.samplesUsed * SAMPLE_SIZE === this.samples.length) this.samples = doubled(this.samples);
    return this.samplesUsed++;
  }

  private growWindows(): void {
    this.windows = doubled(this.windows);
    this.starts = new Float64Array(this.windows.buffer);
  }
}
