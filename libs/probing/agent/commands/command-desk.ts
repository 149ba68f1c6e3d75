import { type CommandOrder, type CommandReport, REPORT_LIMITS } from '@icmp-mon/commands/contract';
import type { AgentLog } from '../agent-log';
import type { Executors } from '../executors/executor';
import { allowsCommand, type LocalPolicy } from '../policy/local-policy';
import { AddressQueue } from './address-queue';
import type { CommandJournal } from './command-journal';
import { type CommandRates, type CommandTraces, type Run, type RunEnd, RUNNERS } from './command-runner';
import { lineOf, Trail } from './trail';

/** Commands that run at the same time; others wait for their turn. */
const RUNNING_MAX = 4;
/** Commands that wait. */
const WAITING_MAX = 32;
/** An address is left alone at least this long after a command, in ms: rates are per second. */
const REST_MS_MIN = 1_000;
/** How often a running command looks at the policy file in force, in ms. */
const POLICY_LOOK_MS = 500;
/** Longest life of a command that the agent believes, in ms. */
const LIFE_MS_MAX = 600_000;

export interface CommandDeskOptions {
  journal: CommandJournal;
  policy: () => LocalPolicy;
  executors: Executors;
  rates: CommandRates;
  traces: CommandTraces;
  /** Sends a report that is not worth keeping. */
  onReceived: (report: CommandReport) => void;
  /** Sends what is known of a trace that runs: only the latest is worth sending. */
  onProgress: (report: CommandReport) => void;
  /** Called when the journal has a report. */
  onReport: () => void;
  log: AgentLog;
  /** A clock that is never set, and that runs while the machine is suspended. */
  steadyMs: () => number;
}

/**
 * Runs orders of the gateway, each at most once.
 *
 *     order ──▶ journal: new? ──▶ policy file ──▶ one of `RUNNING_MAX`, one per address ──▶ runner ──▶ journal: report
 *                                    │ refused, expired, too many: report of a failure ─────────────────▲
 *
 * The agent trusts no order: kinds, addresses and rates are subject to its policy file, everything else to limits of its own.
 */
export class CommandDesk {
  private readonly running = new Map<string, AbortController>();
  private readonly queue = new AddressQueue(RUNNING_MAX);
  private isStopped = false;

  constructor(private readonly options: CommandDeskOptions) {}

  /** Begins an order, unless it is known. */
  takeOrder(order: CommandOrder): void {
    const { journal, onReceived, onReport, log } = this.options;
    const lifeMs = Math.min(Math.max(0, Number(order.expiresInMs) || 0), LIFE_MS_MAX);
    if (!journal.accept(order.id, lifeMs)) return;
    onReceived({ commandId: order.id, state: 'received' });
    const trail = new Trail();
    const stop = new AbortController();
    this.running.set(order.id, stop);
    this.runOrder({ ...order, expiresInMs: lifeMs }, trail, stop)
      .catch((error: unknown): RunEnd => {
        log.error({ err: error, command: order.id }, 'a command failed');
        return failure('executor_failed', 'The agent could not run the command: its log has the error.');
      })
      .then((end) => {
        this.running.delete(order.id);
        if (this.isStopped) return;
        journal.recordEnd(reportOf(order.id, end, trail));
        onReport();
      })
      .catch((error: unknown) => log.error({ err: error, command: order.id }, 'a command could not be reported'));
  }

  /** Stops running a command: it was cancelled, or has expired. */
  cancelOrder(id: string): void {
    this.running.get(id)?.abort();
  }

  /** Stops running all commands. The journal has them as running, so that they are reported as interrupted after the restart. */
  stop(): void {
    this.isStopped = true;
    for (const stop of this.running.values()) stop.abort();
  }

  private async runOrder(order: CommandOrder, trail: Trail, stop: AbortController): Promise<RunEnd> {
    const { policy, steadyMs } = this.options;
    const refused = this.refusalOf(order, policy());
    if (refused !== null) return refused;
    const deadlineMs = steadyMs() + order.expiresInMs;
    const leftMs = (): number => deadlineMs - steadyMs();
    const expiry = AbortSignal.timeout(order.expiresInMs);
    const signal = AbortSignal.any([stop.signal, expiry]);
    trail.add('waits for its turn');
    const runInTime = async (): Promise<RunEnd> => {
      if (signal.aborted || leftMs() <= 0) return expired([]);
      const end = await this.runNow({ ...order, expiresInMs: leftMs() }, trail, signal);
      return signal.aborted || leftMs() <= 0 ? { ...end, ...expired(end.attempts) } : end;
    };
    return this.queue.inTurn(order.ip, runInTime, ({ restMs = 0 }) => Math.max(REST_MS_MIN, restMs));
  }

  /** Runs an order whose turn it is, as long as the policy file, which may have changed since, allows its kind. */
  private async runNow(order: CommandOrder, trail: Trail, stop: AbortSignal): Promise<RunEnd> {
    const { policy, executors, rates, traces } = this.options;
    const runner = RUNNERS[order.kind];
    const refused = this.refusalOf(order, policy());
    if (refused !== null || runner === undefined) return refused ?? unsupported(order.kind);
    const refusal = new AbortController();
    const look = setInterval(() => {
      const changed = this.refusalOf(order, policy());
      if (changed !== null) refusal.abort(changed);
    }, POLICY_LOOK_MS);
    try {
      const signal = AbortSignal.any([stop, refusal.signal]);
      const onTrace = this.progressOf(order.id);
      const end = await runner({ order, policy: policy(), executors, rates, traces, trail, onTrace, signal });
      return refusal.signal.aborted ? { ...end, ...(refusal.signal.reason as RunEnd), attempts: end.attempts } : end;
    } finally {
      clearInterval(look);
    }
  }

  private progressOf(commandId: string): Run['onTrace'] {
    let number = 0;
    return (trace, names) => {
      number++;
      if (!this.isStopped) this.options.onProgress({ commandId, state: 'progress', number, trace, names });
    };
  }

  private refusalOf({ kind }: CommandOrder, policy: LocalPolicy): RunEnd | null {
    if (!Object.hasOwn(RUNNERS, kind)) return unsupported(kind);
    if (!allowsCommand(policy, kind)) {
      const detail = policy.stopped
        ? 'The policy file of the agent stops all probing.'
        : `The policy file of the agent does not allow ${kind} on demand ("commands").`;
      return failure('refused', detail);
    }
    if (this.running.size <= RUNNING_MAX + WAITING_MAX) return null;
    return failure('busy', `The agent has ${this.running.size - 1} unfinished commands, its limit.`);
  }
}

const unsupported = (kind: unknown): RunEnd =>
  failure('unsupported', `This agent does not run ${lineOf(String(kind).slice(0, 32))} on demand.`);

const failure = (reason: Extract<RunEnd, { state: 'failed' }>['reason'], detail: string): RunEnd => ({
  ...{ state: 'failed', reason, detail, attempts: [] },
});

const expired = (attempts: RunEnd['attempts']): RunEnd => ({
  ...{ state: 'failed', reason: 'expired', attempts },
  detail: 'The command expired before the agent had finished it.',
});

function reportOf(commandId: string, end: RunEnd, { lines: trail }: Trail): CommandReport {
  const { trace, names = {} } = end;
  const attempts = end.attempts.slice(0, REPORT_LIMITS.attempts);
  const work = { attempts, trail, ...(trace !== undefined && { trace, names }) };
  if (end.state === 'completed') return { commandId, state: 'completed', ...work };
  const detail = lineOf(end.detail).slice(0, REPORT_LIMITS.detailLength);
  return { commandId, state: 'failed', reason: end.reason, detail, ...work };
}
