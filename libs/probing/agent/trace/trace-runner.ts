import { type Trace, type TraceEnd, type TraceFailure, TRACE_LIMITS, TRACE_ROUNDS } from '@icmp-mon/paths/contract';
import type { LocalPolicy } from '../policy/local-policy';
import type { PacketBudget } from '../schedule/packet-budget';
import { askMtrVersion, findMtr } from './find-mtr';
import { exitFailure, mtrMissing, mtrUnsupported, startFailure } from './mtr-failure';
import { MtrOutput } from './mtr-output';
import { type MtrExit, runMtr } from './mtr-process';
import { TraceEmitter } from './trace-emitter';
import { paceOf, perSecondToTarget, type TracePace } from './trace-pace';
import { takeTracePackets } from './trace-packets';
import { failed, refusalOf } from './trace-refusal';

export interface TraceRequest {
  /** Canonical address. */
  target: string;
  /** At most `TRACE_LIMITS`. */
  rounds?: number;
  maxHops?: number;
  /** Whether the agent traces by itself, which has a switch of its own in the policy file. */
  isAutomatic?: boolean;
  /** The trace is refused if its rounds take longer, in ms. */
  withinMs?: number;
  signal: AbortSignal;
  /** Receives everything that is known so far, at most every 200 ms, and not after the end. */
  onHops?(trace: Trace): void;
  /** Receives what the runner does, step by step. */
  onStep?(text: string): void;
}

export interface TraceRunnerOptions {
  policy: () => LocalPolicy;
  budget: Pick<PacketBudget, 'freePerSecond' | 'takePackets'>;
  /** Returns the packets per second that the schedule sends to an address. */
  scheduledPerSecond: (ip: string) => number;
  /** Path of mtr; the first of the usual places unless set. */
  mtrPath?: string | undefined;
}

/** Traces that run at the same time: at most 16, and at most this share of the policy's packets per second, but always one. */
const PARALLEL_MAX = 16;
const PACKETS_SHARE_MAX = 0.1;
/** Rounds that the first one may take longer than the others, because mtr does not know yet how many hops there are. */
const EXTRA_ROUNDS = 3;
/** Wait for the last answers, and for the start of a process on a busy machine, in ms. */
const GRACE_MS = 4_000;

/**
 * Traces paths by mtr, within the policy file: its addresses, its `commands`, and its packets per second, in all and to one address, which traces
 * share with all other probes.
 */
export class TraceRunner {
  private readonly running = new Set<{ target: string; pace: TracePace }>();

  constructor(private readonly options: TraceRunnerOptions) {}

  /** Returns the packets per second that running traces may send to an address. */
  perSecondTo(ip: string): number {
    return [...this.running].reduce(
      (sum, { target, pace }) => (target === ip ? sum + perSecondToTarget(pace) : sum),
      0,
    );
  }

  /** Never rejects for what mtr, the machine or the network does. @throws RangeError for more rounds or hops than a trace may have */
  async traceTarget(request: TraceRequest): Promise<TraceEnd> {
    const { target, rounds = TRACE_ROUNDS, maxHops = TRACE_LIMITS.hops, isAutomatic = false } = request;
    checkLimits(rounds, maxHops);
    const policy = this.options.policy();
    const refused = refusalOf(policy, target, isAutomatic);
    if (refused !== null) return refused;
    const pace = paceOf(policy, {
      ...{ target, maxHops, rounds, withinMs: request.withinMs ?? Infinity },
      scheduledPerSecond: this.options.scheduledPerSecond(target),
      tracedPerSecond: this.perSecondTo(target),
    });
    if ('ok' in pace) return pace;
    const parallelMax = Math.floor((policy.packetsPerSecond * PACKETS_SHARE_MAX) / maxHops);
    if (this.running.size >= Math.max(1, Math.min(PARALLEL_MAX, parallelMax))) {
      return failed(
        'busy',
        `This agent runs ${this.running.size} traces, as many as it may. Try again in some seconds.`,
      );
    }
    const entry = { target, pace };
    this.running.add(entry);
    try {
      return await this.runTrace({ ...request, rounds, maxHops, pace });
    } finally {
      this.running.delete(entry);
    }
  }

  private async runTrace(
    request: TraceRequest & Required<Pick<TraceRequest, 'rounds' | 'maxHops'>> & { pace: TracePace },
  ): Promise<TraceEnd> {
    const { target, rounds, maxHops, signal } = request;
    const { intervalS, unknownHops } = request.pace;
    const path = this.options.mtrPath ?? findMtr();
    if (path === null) return { ok: false, ...mtrMissing, trace: null };
    const version = await askMtrVersion(path);
    if (version.kind === 'unsupported') return { ok: false, ...mtrUnsupported(path, version.detail), trace: null };
    const usable = version.kind === 'usable' ? version.text : 'of unknown version';
    request.onStep?.(`uses ${path}, mtr ${usable}`);
    const deadlineMs = (rounds + EXTRA_ROUNDS) * intervalS * 1_000 + GRACE_MS;
    const onWait = (): void => request.onStep?.('waits: other probes need all packets per second of the policy file');
    if (
      !(await takeTracePackets(this.options.budget, {
        perSecond: maxHops / intervalS,
        forMs: deadlineMs,
        onWait,
        signal,
      }))
    ) {
      if (signal.aborted) return failed('cancelled', 'The trace was cancelled before it began.');
      return failed('busy', 'The probes of this agent need all packets that its policy file allows. Try again later.');
    }
    const output = new MtrOutput({ target, rounds, maxHops, startedAtMs: Date.now() });
    request.onStep?.(
      `traces in ${rounds} rounds, one per ${intervalS} s, up to ${maxHops} hops, or ${unknownHops} without an answer`,
    );
    const emitter = new TraceEmitter(() => request.onHops?.(output.readTrace()));
    const exit = await runMtr({
      ...{ path, target, rounds, maxHops, intervalS, unknownHops, deadlineMs, signal },
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

function checkLimits(rounds: number, maxHops: number): void {
  const isWithin = (value: number, max: number): boolean => Number.isInteger(value) && value >= 1 && value <= max;
  if (!isWithin(rounds, TRACE_LIMITS.rounds)) throw new RangeError(`rounds must be 1 to ${TRACE_LIMITS.rounds}`);
  if (!isWithin(maxHops, TRACE_LIMITS.hops)) throw new RangeError(`maxHops must be 1 to ${TRACE_LIMITS.hops}`);
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
