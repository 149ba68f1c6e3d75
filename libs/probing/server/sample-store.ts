import { windowStart } from '@icmp-mon/probing/contract';

const NONE = -1;
const INITIAL_SAMPLES = 1_024;
const INITIAL_WINDOWS = 256;

/** One sample as `eachSample` shows it. */
export type SampleVisitor = (agentIndex: number, offsetMs: number, outcome: number, rttUs: number) => void;

/**
 * Samples of the windows that are open, as linked lists in columns: adding one allocates nothing, dropping a window
 * gives its rows back. A window is one (target, check, five minutes); its handle is a small number.
 */
export class SampleStore {
  private next = new Int32Array(INITIAL_SAMPLES);
  private agent = new Uint16Array(INITIAL_SAMPLES);
  private offset = new Uint32Array(INITIAL_SAMPLES);
  private outcome = new Uint8Array(INITIAL_SAMPLES);
  private rtt = new Uint32Array(INITIAL_SAMPLES);
  private samplesUsed = 0;
  private freeSample = NONE;

  private head = new Int32Array(INITIAL_WINDOWS);
  private tail = new Int32Array(INITIAL_WINDOWS);
  /** First sample that is not stored yet. */
  private fresh = new Int32Array(INITIAL_WINDOWS);
  private size = new Int32Array(INITIAL_WINDOWS);
  private targetKey = new Uint32Array(INITIAL_WINDOWS);
  private check = new Uint16Array(INITIAL_WINDOWS);
  private start = new Float64Array(INITIAL_WINDOWS);
  private windowsUsed = 0;
  private readonly freeWindows: number[] = [];
  /** Start → check → target key → window: integers that need no object as keys of a map. */
  private readonly byStart = new Map<number, Map<number, Map<number, number>>>();
  /** What the last sample was added to: the next is mostly of the same five minutes and check. */
  private latest: { startMs: number; check: number; windows: Map<number, number> } | null = null;

  targetKeyOf(window: number): number {
    return this.targetKey[window];
  }

  checkOf(window: number): number {
    return this.check[window];
  }

  startMsOf(window: number): number {
    return this.start[window];
  }

  sizeOf(window: number): number {
    return this.size[window];
  }

  hasFresh(window: number): boolean {
    return this.fresh[window] !== NONE;
  }

  /** Adds a sample and tells its window. `stored` samples are not fresh. */
  add(
    targetKey: number,
    check: number,
    sampleMs: number,
    agentIndex: number,
    outcome: number,
    rttUs: number,
    stored: boolean,
  ): number {
    const startMs = windowStart(sampleMs);
    const window = this.windowFor(targetKey, check, startMs);
    const sample = this.allocateSample();
    this.agent[sample] = agentIndex;
    this.offset[sample] = sampleMs - startMs;
    this.outcome[sample] = outcome;
    this.rtt[sample] = rttUs;
    this.next[sample] = NONE;
    if (this.tail[window] === NONE) this.head[window] = sample;
    else this.next[this.tail[window]] = sample;
    this.tail[window] = sample;
    this.size[window]++;
    if (!stored && this.fresh[window] === NONE) this.fresh[window] = sample;
    return window;
  }

  /** Visits all samples of a window in order of arrival. */
  eachSample(window: number, visit: SampleVisitor): void {
    this.visitFrom(this.head[window], visit);
  }

  /** Visits those that are not stored yet, and counts them as stored. */
  takeFresh(window: number, visit: SampleVisitor): void {
    this.visitFrom(this.fresh[window], visit);
    this.fresh[window] = NONE;
  }

  /** Forgets a window. */
  drop(window: number): void {
    const startMs = this.start[window];
    const checks = this.byStart.get(startMs);
    const windows = checks?.get(this.check[window]);
    // Dropping twice would tie the list of free samples into a ring.
    if (!checks || windows?.get(this.targetKey[window]) !== window) throw new Error(`window ${window} is not open`);
    windows.delete(this.targetKey[window]);
    if (windows.size === 0) {
      this.latest = null;
      checks.delete(this.check[window]);
      if (checks.size === 0) this.byStart.delete(startMs);
    }
    if (this.tail[window] !== NONE) {
      this.next[this.tail[window]] = this.freeSample;
      this.freeSample = this.head[window];
    }
    this.freeWindows.push(window);
  }

  /** Windows that start before `cutMs`. */
  before(cutMs: number): number[] {
    return this.windowsOf((startMs) => startMs < cutMs);
  }

  /** All windows from `cutMs` on, by start, target and check. */
  inOrder(cutMs: number): number[] {
    const { start, targetKey, check } = this;
    return this.windowsOf((startMs) => startMs >= cutMs).sort(
      (a, b) => start[a] - start[b] || targetKey[a] - targetKey[b] || check[a] - check[b],
    );
  }

  private windowsOf(wanted: (startMs: number) => boolean): number[] {
    const found: number[] = [];
    for (const [startMs, checks] of this.byStart) {
      if (!wanted(startMs)) continue;
      for (const windows of checks.values()) for (const window of windows.values()) found.push(window);
    }
    return found;
  }

  private visitFrom(first: number, visit: SampleVisitor): void {
    for (let sample = first; sample !== NONE; sample = this.next[sample]) {
      visit(this.agent[sample], this.offset[sample], this.outcome[sample], this.rtt[sample]);
    }
  }

  private windowFor(targetKey: number, check: number, startMs: number): number {
    const windows = this.windowsAt(startMs, check);
    const known = windows.get(targetKey);
    if (known !== undefined) return known;
    const window = this.freeWindows.pop() ?? this.windowsUsed++;
    if (window === this.head.length) this.growWindows();
    this.head[window] = this.tail[window] = this.fresh[window] = NONE;
    this.size[window] = 0;
    this.targetKey[window] = targetKey;
    this.check[window] = check;
    this.start[window] = startMs;
    windows.set(targetKey, window);
    return window;
  }

  private windowsAt(startMs: number, check: number): Map<number, number> {
    if (this.latest?.startMs === startMs && this.latest.check === check) return this.latest.windows;
    let checks = this.byStart.get(startMs);
    if (!checks) this.byStart.set(startMs, (checks = new Map()));
    let windows = checks.get(check);
    if (!windows) checks.set(check, (windows = new Map()));
    this.latest = { startMs, check, windows };
    return windows;
  }

  private allocateSample(): number {
    if (this.freeSample !== NONE) {
      const sample = this.freeSample;
      this.freeSample = this.next[sample];
      return sample;
    }
    if (this.samplesUsed === this.next.length) this.growSamples();
    return this.samplesUsed++;
  }

  private growSamples(): void {
    const size = this.next.length * 2;
    const grow = <T extends { set(from: T): void }>(grown: T, from: T): T => (grown.set(from), grown);
    this.next = grow(new Int32Array(size), this.next);
    this.agent = grow(new Uint16Array(size), this.agent);
    this.offset = grow(new Uint32Array(size), this.offset);
    this.outcome = grow(new Uint8Array(size), this.outcome);
    this.rtt = grow(new Uint32Array(size), this.rtt);
  }

  private growWindows(): void {
    const size = this.head.length * 2;
    const grow = <T extends { set(from: T): void }>(grown: T, from: T): T => (grown.set(from), grown);
    this.head = grow(new Int32Array(size), this.head);
    this.tail = grow(new Int32Array(size), this.tail);
    this.fresh = grow(new Int32Array(size), this.fresh);
    this.size = grow(new Int32Array(size), this.size);
    this.targetKey = grow(new Uint32Array(size), this.targetKey);
    this.check = grow(new Uint16Array(size), this.check);
    this.start = grow(new Float64Array(size), this.start);
  }
}
