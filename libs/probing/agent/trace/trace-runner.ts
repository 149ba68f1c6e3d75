import { type Trace, type TraceEnd, type TraceFailure, TRACE_LIMITS, TRACE_ROUNDS } from '@icmp-mon/paths/contract';
import { addressRefusalOf, allowsCommand, allowsTraces, type LocalPolicy } from '../policy/local-policy';
import type { PacketBudget } from '../schedule/packet-budget';
import { askMtrVersion, findMtr } from './find-mtr';
import { exitFailure, mtrMissing, mtrUnsupported, startFailure } from './mtr-failure';
import { MtrOutput } from './mtr-output';
import { type MtrExit, runMtr } from './mtr-process';
import { takeTracePackets, traceIntervalS } from './trace-packets';

export interface TraceRequest {
  /** Canonical address. */
  target: string;
  /** At most `TRACE_LIMITS`. */
  rounds?: number;
  maxHops?: number;
  /** Whether the agent traces by itself, which has a switch of its own in the policy file. */
  isAutomatic?: boolean;
  signal: AbortSignal;
  /** Receives everything that is known so far, at most every 200 ms, and not after the end. */
  onHops?(trace: Trace): void;
}

export interface TraceRunnerOptions {
  policy: () => LocalPolicy;
  budget: Pick<PacketBudget, 'freePerSecond' | 'takePackets'>;
  /** Path of mtr; the first of the usual places unless set. */
  mtrPath?: string | undefined;
}

/** Traces that run at the same time: at most 16, and at most this share of the policy's packets per second, but always one. */
const PARALLEL_MAX = 16;
const PACKETS_SHARE_MAX = 0.1;
const EMIT_EVERY_MS = 200;
/** Rounds that the first one may take longer than the others, because mtr does not know yet how many hops there are. */
const EXTRA_ROUNDS = 3;
/** Wait for the last answers, and for the start of a process on a busy machine, in ms. */
const GRACE_MS = 4_000;

/**
 * Traces paths by mtr, within the policy file: its addresses, its `commands`, and its packets per second, which traces share with all other
 * probes.
 */
export class TraceRunner {
  private running = 0;

  constructor(private readonly options: TraceRunnerOptions) {}

  /** Never rejects for what mtr, the machine or the network does. @throws RangeError for more rounds or hops than a trace may have */
  async traceTarget(request: TraceRequest): Promise<TraceEnd> {
    const { target, rounds = TRACE_ROUNDS, maxHops = TRACE_LIMITS.hops, isAutomatic = false } = request;
    checkLimits(rounds, maxHops);
    const policy = this.options.policy();
    const refused = refusalOf(policy, target, isAutomatic);
    if (refused !== null) return refused;
    const intervalS = traceIntervalS(maxHops, policy.packetsPerSecond);
    if (intervalS === null) {
      return failed(
        'command_refused',
        `The policy file allows too few packets per second for a trace: ${policy.packetsPerSecond}.`,
      );
    }
    const parallelMax = Math.floor((policy.packetsPerSecond * PACKETS_SHARE_MAX) / maxHops);
    if (this.running >= Math.max(1, Math.min(PARALLEL_MAX, parallelMax))) {
      return failed('busy', `This agent runs ${this.running} traces, as many as it may. Try again in some seconds.`);
    }
    this.running++;
    try {
      return await this.runTrace({ ...request, rounds, maxHops, isAutomatic, intervalS });
    } finally {
      this.running--;
    }
  }

  private async runTrace(
    request: Required<Omit<TraceRequest, 'onHops'>> & TraceRequest & { intervalS: number },
  ): Promise<TraceEnd> {
    const { target, rounds, maxHops, intervalS, signal } = request;
    const path = this.options.mtrPath ?? findMtr();
    if (path === null) return { ok: false, ...mtrMissing, trace: null };
    const version = await askMtrVersion(path);
    if (version.kind === 'unsupported') return { ok: false, ...mtrUnsupported(path, version.detail), trace: null };
    const deadlineMs = (rounds + EXTRA_ROUNDS) * intervalS * 1_000 + GRACE_MS;
    if (!(await takeTracePackets(this.options.budget, maxHops / intervalS, deadlineMs, signal))) {
      if (signal.aborted) return failed('cancelled', 'The trace was cancelled before it began.');
      return failed('busy', 'The probes of this agent need all packets that its policy file allows. Try again later.');
    }
    const output = new MtrOutput({ target, rounds, maxHops, startedAtMs: Date.now() });
    const emitter = new TraceEmitter(() => request.onHops?.(output.readTrace()));
    const exit = await runMtr({
      ...{ path, target, rounds, maxHops, intervalS, deadlineMs, signal },
      onChunk: (chunk) => {
        output.pushChunk(chunk, performance.now());
        emitter.noteChange();
      },
    });
    emitter.close();
    const endedByItself = exit.kind === 'ended' && exit.code === 0;
    return endOf(exit, output.finishTrace(performance.now(), endedByItself), path);
  }
}

/** Calls a function after changes: immediately, then at most every 200 ms. */
class TraceEmitter {
  private timer: NodeJS.Timeout | undefined;
  private changed = false;

  constructor(private readonly emit: () => void) {}

  noteChange(): void {
    this.changed = true;
    if (this.timer === undefined) this.emitChange();
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private emitChange(): void {
    this.timer = undefined;
    if (!this.changed) return;
    this.changed = false;
    this.emit();
    this.timer = setTimeout(() => this.emitChange(), EMIT_EVERY_MS);
  }
}

function checkLimits(rounds: number, maxHops: number): void {
  const isWithin = (value: number, max: number): boolean => Number.isInteger(value) && value >= 1 && value <= max;
  if (!isWithin(rounds, TRACE_LIMITS.rounds)) throw new RangeError(`rounds must be 1 to ${TRACE_LIMITS.rounds}`);
  if (!isWithin(maxHops, TRACE_LIMITS.hops)) throw new RangeError(`maxHops must be 1 to ${TRACE_LIMITS.hops}`);
}

function refusalOf(policy: LocalPolicy, target: string, isAutomatic: boolean): TraceEnd | null {
  const refused = addressRefusalOf(policy, target);
  if (refused === 'not_canonical') return failed(refused, 'The target is not a canonical IPv4 or IPv6 address.');
  if (refused === 'stopped') return failed(refused, 'The policy file of this agent has stopped all probes.');
  if (refused !== null) return failed(refused, `The policy file of this agent does not allow probes of ${target}.`);
  if (isAutomatic && !allowsTraces(policy)) {
    return failed('command_refused', 'The policy file of this agent does not allow automatic traces ("traces").');
  }
  if (isAutomatic || allowsCommand(policy, 'mtr')) return null;
  return failed(
    'command_refused',
    'The policy file of this agent does not allow mtr: it is not in its list "commands".',
  );
}

function failed(reason: TraceFailure, detail: string): TraceEnd {
  return { ok: false, reason, detail, trace: null };
}

function endOf(exit: MtrExit, trace: Trace, path: string): TraceEnd {
  const partial = trace.rounds.length === 0 ? null : trace;
  switch (exit.kind) {
    case 'ended':
      // mtr ends with code 0 after some of its errors, too.
      if (exit.code === 0 && partial !== null) return { ok: true, trace };
      return { ok: false, ...exitFailure(path, trace.target, exit.stderr, `exit code ${exit.code}`), trace: partial };
    case 'died':
      return { ok: false, ...exitFailure(path, trace.target, exit.stderr, `killed by ${exit.signal}`), trace: partial };
    case 'not_started':
      return { ok: false, ...startFailure(path, exit.error), trace: null };
    case 'killed':
      return { ok: false, ...killFailure(exit.by), trace: partial };
  }
}

function killFailure(by: 'deadline' | 'cancelled' | 'flood'): { reason: TraceFailure; detail: string } {
  switch (by) {
    case 'deadline':
      return { reason: 'deadline', detail: 'mtr did not end in time and was stopped.' };
    case 'cancelled':
      return { reason: 'cancelled', detail: 'The trace was cancelled.' };
    case 'flood':
      return { reason: 'failed', detail: 'mtr printed far more than a trace has, and was stopped.' };
  }
}
