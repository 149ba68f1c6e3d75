import type { ExecutorHealth } from '@icmp-mon/agents/contract';
import { type AddressFamily, familiesOf } from './address-family';
import { reportAbsent } from './absent-source';
import { findFping, stampOf } from './find-fping';
import type { Executor, ExecutorCounters, OnResult, ProbedTarget, ProbeSlice, SliceEnd } from './executor';
import { FpingHealth } from './fping-health';
import { FpingProcess } from './fping-process';
import { askFpingVersion, type FpingVersion } from './fping-version';
import { IcmpIdLocks } from './icmp-id-locks';
import { sumNotBelieved } from './not-believed';
import { hasAddress } from './own-addresses';
import { PathLimits } from './path-limits';
import { pingOptionsOf } from './ping-options';
import { SendingOverhead } from './sending-overhead';

/** Most processes at a time: every raw socket receives every reply on the host. */
const PROCESSES_MAX = 6;
/** How often output is read, in ms: each read wakes this process, and results are reported only when read. */
const DRAIN_EVERY_MS = 100;
const LOOK_AGAIN_MS = 10_000;
const ASK_AGAIN_MS = 1_000;
/** A slice that probes only canaries. */
const CHECK_SLICE: ProbeSlice = { ips: [], checks: [], timeoutMs: 1_000, spacingMs: 10 };

export interface IcmpPingOptions {
  /** Absolute path; searched for in the usual places unless set. */
  fpingPath?: string | undefined;
  /** Folder for unlinked files, preferably in memory. */
  captureDir: string;
  nowMs?: () => number;
  /** Whether the machine that fping runs on has an address. */
  hasAddress?: (ip: string) => boolean;
}

interface FoundFping {
  path: string;
  /** Identity of the file, so that another version in its place is noticed. */
  stamp: string;
  version: FpingVersion;
}

/**
 * ICMP echo by fping: one process per slice, whose output is read while it runs.
 *
 *     slice ──▶ fping, canaries first ──stdout and stderr──▶ capture file ──▶ SliceTally ──▶ results
 *                 │                                                              ▲
 *                 └── CPU time, dropped packets, clock ──▶ RunWatch ─────────────┘
 *
 * Invariants:
 *
 * 1. Reply: counts only if it came from the probed address and the clock was not set during the round trip (`SliceTally`).
 * 2. Miss: counts only if fping demonstrably received packets of that family and ran during the whole wait (`SliceTally`, `RunWatch`).
 * 3. Id: no two fpings that receive the same packets use the same ICMP id (`IcmpIdLocks`).
 * 4. No data: a probe that proves neither has no result; trouble of this machine never makes a target down.
 */
export class IcmpPing implements Executor {
  readonly type = 'icmp_ping';
  readonly parallelMax = PROCESSES_MAX;
  readonly counters: ExecutorCounters = { droppedLines: 0, foreignReplies: 0, notBelieved: {} };
  private readonly state: FpingHealth;
  private readonly locks = new IcmpIdLocks();
  private readonly overhead = new SendingOverhead();
  private readonly paths = new PathLimits();
  private found: FoundFping | null = null;
  private looking: Promise<SliceEnd | null> | undefined;
  private lookAgainAtMs = 0;
  private readonly spare: FpingProcess[] = [];
  private readonly running = new Set<FpingProcess>();
  private drainTimer: NodeJS.Timeout | undefined;
  private readonly nowMs: () => number;
  private readonly hasAddress: (ip: string) => boolean;

  constructor(private readonly options: IcmpPingOptions) {
    this.nowMs = options.nowMs ?? Date.now;
    this.hasAddress = options.hasAddress ?? hasAddress;
    this.state = new FpingHealth(options.fpingPath);
  }

  health(): ExecutorHealth {
    return this.state.current;
  }

  ownPackets(ips: readonly string[]): number {
    return familiesOf(ips).length;
  }

  setTargets(targets: readonly ProbedTarget[]): void {
    this.state.setFamilies(familiesOf(targets.map(({ ip }) => ip)));
    this.state.setSources((source) => targets.some(({ definition }) => definition.source === source));
  }

  runSlice(slice: ProbeSlice, onResult: OnResult, signal: AbortSignal): Promise<SliceEnd> {
    const { source } = pingOptionsOf(slice);
    if (source !== undefined && !this.hasAddress(source)) return this.runWithoutSource(source, slice, onResult, signal);
    if (source !== undefined) this.state.sourceFound(source);
    return this.runWith(familiesOf(slice.ips), slice, onResult, signal);
  }

  async checkExecutor(signal: AbortSignal): Promise<SliceEnd | null> {
    if (this.running.size > 0 || !this.state.needsCheck) return null;
    return this.runWith(this.state.familiesToCheck, CHECK_SLICE, () => undefined, signal);
  }

  close(): void {
    clearInterval(this.drainTimer);
    for (const worker of this.spare.splice(0)) worker.close();
    this.locks.close();
  }

  /** Targets of the family of an address that this machine does not have are errors; the others are pinged as usual. */
  private async runWithoutSource(
    source: string,
    slice: ProbeSlice,
    onResult: OnResult,
    signal: AbortSignal,
  ): Promise<SliceEnd> {
    const trouble = this.state.sourceMissing(source);
    const others = reportAbsent(source, slice, onResult, this.nowMs());
    if (others === null) return trouble;
    const end = await this.runWith(familiesOf(others.slice.ips), others.slice, others.onResult, signal);
    return end.ok ? trouble : end;
  }

  private async runWith(
    families: readonly AddressFamily[],
    slice: ProbeSlice,
    onResult: OnResult,
    signal: AbortSignal,
  ): Promise<SliceEnd> {
    const trouble = await this.findUsable();
    if (trouble !== null || this.found === null) return trouble ?? this.state.missing();
    const { path, version } = this.found;
    let worker: FpingProcess;
    try {
      worker = this.spare.pop() ?? new FpingProcess(this.options.captureDir);
    } catch (error) {
      return this.state.recordFailure(
        `no file for its output could be created in ${this.options.captureDir}: ${messageOf(error)}`,
      );
    }
    this.running.add(worker);
    this.drainTimer ??= setInterval(() => this.readOutputs(), DRAIN_EVERY_MS);
    const { locks, overhead, paths, nowMs } = this;
    const run = { path, version, families, locks, overhead, paths, signal, nowMs };
    const exit = await worker.probeSlice(slice, onResult, run);
    this.running.delete(worker);
    if (this.running.size === 0) {
      clearInterval(this.drainTimer);
      this.drainTimer = undefined;
    }
    this.spare.push(worker);
    this.counters.droppedLines += worker.tally?.droppedLines ?? 0;
    this.counters.foreignReplies += worker.tally?.foreignReplies ?? 0;
    this.counters.notBelieved = sumNotBelieved([this.counters.notBelieved, worker.tally?.notBelieved ?? {}]);
    if (exit.kind === 'missing') this.found = null;
    const shownPath = this.options.fpingPath ?? path;
    return slice === CHECK_SLICE
      ? this.state.checked(exit, shownPath, worker)
      : this.state.recordEnd(exit, shownPath, worker, pingOptionsOf(slice));
  }

  private readOutputs(): void {
    for (const worker of this.running) worker.readOutput();
  }

  /** Returns null if an fping of a supported version was found; otherwise how a slice ends without one. */
  private async findUsable(): Promise<SliceEnd | null> {
    if (this.found !== null && stampOf(this.found.path) === this.found.stamp) return null;
    this.looking ??= this.findExecutable().finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async findExecutable(): Promise<SliceEnd | null> {
    if (this.found === null && performance.now() < this.lookAgainAtMs) return this.state.last();
    this.lookAgainAtMs = performance.now() + LOOK_AGAIN_MS;
    this.found = null;
    const path = findFping(this.options.fpingPath);
    if (path === null) return this.state.missing();
    const stamp = stampOf(path);
    const answer = await askFpingVersion(path);
    if (answer.kind === 'unsupported') return this.state.unsupported(path, answer.detail);
    if (answer.kind === 'not_permitted') return this.state.notPermitted(path, answer.detail);
    if (answer.kind === 'unknown') {
      this.lookAgainAtMs = performance.now() + ASK_AGAIN_MS;
      return this.state.recordFailure(`it did not report its version: ${answer.detail}`);
    }
    this.found = { path, stamp, version: answer.version };
    this.state.isVersion(answer.version.text);
    return null;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
