import type { ExecutorHealth, NotBelieved } from '@icmp-mon/agents/contract';
import { type CheckType, type DetailCode, OUTCOME, type ProbeFacts } from '@icmp-mon/probing/contract';
import type { CheckDefinition } from '@icmp-mon/tiers/contract';
import type { Executor, ExecutorCounters, OnResult, ProbeSlice, SliceEnd } from './executor';
import { LoopWatch } from './loop-watch';
import { addNotBelieved, countForeign, discardProbe } from './not-believed';
import { sendPaced } from './paced';
import type { SocketRoom } from './socket-room';

/** Slices at the same time. */
const SLICES_MAX = 6;
/** How often probes that have timed out are looked for, in ms. */
const SWEEP_MS = 10;

/** A probe that is under way. */
export interface Probe {
  /** Ends the probe and closes its sockets; `onEnd` is no longer called. */
  close(): void;
  /** Returns what is known of the probe beyond its outcome, also after a timeout. */
  detail?(): DetailCode;
  readFacts?(): ProbeFacts;
}

/**
 * Begins to probe one address. `onEnd` gets an outcome other than `timeout`, at most once and not before this returns; the caller measures
 * the time, and cancels the probe after the timeout. `onForeign` reports a packet that is not the answer to this probe.
 */
export type StartProbe = (
  ip: string,
  check: CheckDefinition,
  onEnd: (outcome: number) => void,
  onForeign: () => void,
) => Probe;

interface Waiting {
  index: number;
  probe: Probe;
  startedMs: number;
  sentAtMs: number;
  isOver: boolean;
}

/**
 * Probes by sockets of this process: the protocol is a `StartProbe`, everything else is here.
 *
 *     slice ──paced, while there are sockets──▶ startProbe ──▶ outcome ──┐
 *                                                  │                     ├── process ran all the time? ──▶ result
 *                                                  └─ timeout: cancelled ┘                │ no
 *                                                                                         └──▶ no data
 *
 * Invariants:
 *
 * 1. Bounded: sockets of all slices together never exceed `SocketRoom`; a probe without room waits, and is sent later.
 * 2. Timeout: counts only after the kernel was asked again for an answer, because timers run before sockets are read.
 * 3. No data: results measured while this process was paused are dropped (`LoopWatch`), and lack of files or ports is an `error`.
 */
export class SocketExecutor implements Executor {
  readonly parallelMax = SLICES_MAX;
  readonly counters: ExecutorCounters = { droppedLines: 0, foreignReplies: 0, notBelieved: {} };
  private current: Omit<ExecutorHealth, 'type'> = { state: 'idle', detail: 'Nothing was probed yet.' };

  constructor(
    readonly type: CheckType,
    private readonly startProbe: StartProbe,
    private readonly room: SocketRoom,
    private readonly watch = new LoopWatch(),
  ) {}

  async runSlice(slice: ProbeSlice, onResult: OnResult, signal: AbortSignal): Promise<SliceEnd> {
    const run = new SliceRun(slice, onResult, this.watch, this.room, this.counters.notBelieved);
    const beganMs = performance.now();
    this.watch.start();
    try {
      await sendPaced(slice.ips.length, slice.spacingMs, (index) => this.sendProbe(run, slice, index), signal);
      await run.untilEnded(signal);
      return this.endOf(run, this.watch.longestPauseMs(beganMs));
    } finally {
      run.stopSweep();
      this.watch.stop();
    }
  }

  health(): ExecutorHealth {
    return { type: this.type, ...this.current };
  }

  /** Nothing of its own can break. */
  checkExecutor(): Promise<null> {
    return Promise.resolve(null);
  }

  ownPackets(): number {
    return 0;
  }

  setTargets(): void {
    // Every slice carries its targets.
  }

  close(): void {
    // Sockets end with their slice.
  }

  private sendProbe(run: SliceRun, { ips, checks }: ProbeSlice, index: number): Promise<void> | null {
    const [ip, check] = [ips[index], checks[index]];
    if (ip === undefined || check === undefined) return null;
    const start = (): void =>
      run.begin(index, (onEnd) => this.startProbe(ip, check, onEnd, () => countForeign(this.counters)));
    const free = this.room.takePlace();
    if (free !== null) return free.then(start);
    start();
    return null;
  }

  private endOf({ errors, results }: SliceRun, pausedMs: number): SliceEnd {
    if (errors > 0 && errors === results) {
      const detail = `None of the ${errors} probes of the last slice could open a socket: the machine is out of files, ports or memory.`;
      this.current = { state: 'restarting', detail };
      return { ok: false, pausedMs, state: 'restarting', detail };
    }
    this.current = { state: 'ok', detail: 'It works.' };
    const remark = `${errors} of ${results} probes of the last slice could not open a socket: the machine is out of files, ports or memory`;
    return { ok: true, pausedMs, ...(errors > 0 && { remark }) };
  }
}

/** The probes of one slice, in the order in which they began. */
class SliceRun {
  results = 0;
  /** Probes that failed on this machine. */
  errors = 0;
  private readonly waiting = new Set<Waiting>();
  private readonly sweep: NodeJS.Timeout;
  private onEmpty: (() => void) | undefined;

  constructor(
    private readonly slice: ProbeSlice,
    private readonly onResult: OnResult,
    private readonly watch: LoopWatch,
    private readonly room: SocketRoom,
    private readonly notBelieved: NotBelieved,
  ) {
    this.sweep = setInterval(() => this.cancelExpired(), SWEEP_MS);
  }

  begin(index: number, start: (onEnd: (outcome: number) => void) => Probe): void {
    const startedMs = performance.now();
    const each: Waiting = { index, probe: { close: () => undefined }, startedMs, sentAtMs: Date.now(), isOver: false };
    this.waiting.add(each);
    each.probe = start((outcome) => this.end(each, outcome));
  }

  /** Resolves when every probe has ended; cancels the remaining probes when the signal is aborted. */
  async untilEnded(signal: AbortSignal): Promise<void> {
    const cancelAll = (): void => {
      for (const each of [...this.waiting]) this.close(each);
    };
    signal.addEventListener('abort', cancelAll, { once: true });
    if (signal.aborted) cancelAll();
    if (this.waiting.size > 0) await new Promise<void>((resolve) => (this.onEmpty = resolve));
    signal.removeEventListener('abort', cancelAll);
  }

  stopSweep(): void {
    clearInterval(this.sweep);
  }

  /** Probes have the same timeout and began in order, so the first one that has time left ends the search. */
  private cancelExpired(): void {
    const expired: Waiting[] = [];
    for (const each of this.waiting) {
      if (performance.now() - each.startedMs < this.slice.timeoutMs) break;
      expired.push(each);
    }
    // Sockets are read before this runs: an answer that has arrived ends its probe first.
    if (expired.length > 0) setImmediate(() => expired.forEach((each) => this.end(each, OUTCOME.timeout)));
  }

  private end(each: Waiting, outcome: number): void {
    if (each.isOver) return;
    this.close(each);
    const tookMs = performance.now() - each.startedMs;
    if (outcome === OUTCOME.error) this.errors++;
    // While this process was paused, neither a round trip nor a timeout is one of the network.
    else if (!this.watch.ranSince(each.startedMs)) return discardProbe(this.slice, this.notBelieved, each, 'paused');
    this.results++;
    const reported = outcome !== OUTCOME.error && tookMs > this.slice.timeoutMs ? OUTCOME.timeout : outcome;
    if (reported !== outcome) addNotBelieved(this.notBelieved, 'late_reply');
    const rttUs = reported === OUTCOME.reply ? Math.round(tookMs * 1_000) : 0;
    this.onResult(each.index, each.sentAtMs, reported, rttUs, each.probe.detail?.(), each.probe.readFacts?.());
  }

  private close(each: Waiting): void {
    each.isOver = true;
    each.probe.close();
    this.waiting.delete(each);
    this.room.leavePlace();
    if (this.waiting.size === 0) this.onEmpty?.();
  }
}
