import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { CommandOrder, CommandReport } from '@icmp-mon/commands/contract';
import type { Trace, TraceEnd } from '@icmp-mon/paths/contract';
import { pause } from '@icmp-mon/platform/concurrency';
import { OUTCOME, type ProbeFacts } from '@icmp-mon/probing/contract';
import type { AgentLog } from '../agent-log';
import type { Executor, ProbeSlice } from '../executors/executor';
import { parsePolicy } from '../policy/parse-policy';
import type { TraceRequest } from '../trace/trace-runner';
import { CommandDesk } from './command-desk';
import { CommandJournal } from './command-journal';

export const SILENT: AgentLog = {
  ...{ debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
};
export const IP = '192.0.2.1';

/** A trace whose target answers behind one router, in the given number of rounds. */
export const traceOf = (target: string, rounds = 1): Trace => ({
  ...{ target, startedAtMs: 1_700_000_000_000, addresses: ['192.0.2.254', target] },
  rounds: Array.from({ length: rounds }, () => [
    [0, 500],
    [1, 1_500],
  ]),
});

/** A desk with a folder of its own, and executors whose every probe is answered. */
export class DeskFixture {
  readonly dir = mkdtempSync(path.join(os.tmpdir(), 'desk-'));
  readonly received: string[] = [];
  readonly slices: ProbeSlice[] = [];
  policy = '{}';
  scheduled = 0;
  freeRate = 1_000;
  /** Ends of traces that are kept. */
  readonly kept: TraceEnd[] = [];
  readonly progress: CommandReport[] = [];
  /** In place of the runner of traces. */
  traceTarget: (request: TraceRequest) => Promise<TraceEnd> = ({ target }) =>
    Promise.resolve({ ok: true, trace: traceOf(target) });
  /** How long a slice takes; until it is aborted if null. */
  sliceMs: number | null = 1;
  mostAtOnce = 0;
  /** Answer of the target to each probe. */
  facts: ProbeFacts | undefined;
  journal!: CommandJournal;
  desk!: CommandDesk;
  private atOnce = 0;

  constructor() {
    this.openAgain();
  }

  /** Opens the desk like a process that starts with the same folder. */
  openAgain(): void {
    this.desk?.stop();
    this.journal = CommandJournal.loadJournal(this.dir, SILENT);
    this.desk = new CommandDesk({
      journal: this.journal,
      executors: { icmp_ping: this.executor('icmp_ping'), tcp_connect: this.executor('tcp_connect') },
      log: SILENT,
      onReport: () => undefined,
      onProgress: (report) => this.progress.push(report),
      traces: {
        traceTarget: (request) => this.traceTarget(request),
        namesOf: (addresses) => Object.fromEntries(addresses.map((address) => [address, `name-of-${address}`])),
        keepTrace: (_id, end) => Promise.resolve(this.kept.push(end)),
      },
      steadyMs: () => performance.now(),
      policy: () => parsePolicy(this.policy),
      onReceived: ({ commandId }) => this.received.push(commandId),
      rates: { scheduledPerSecond: () => this.scheduled, takeRate: (perSecond) => perSecond <= this.freeRate },
    });
  }

  orderProbe(id: string, more: Partial<CommandOrder> = {}): void {
    const order = { kind: 'icmp_ping', ip: IP, parameters: {}, count: 2, timeoutMs: 500, expiresInMs: 5_000 } as const;
    this.desk.takeOrder({ id, ...order, ...more });
  }

  reportOf(id: string): CommandReport | undefined {
    return this.journal.reports.find(({ commandId }) => commandId === id);
  }

  remove(): void {
    this.desk.stop();
    rmSync(this.dir, { recursive: true });
  }

  private executor(type: Executor['type']): Executor {
    return {
      ...{ type, parallelMax: 1, counters: { droppedLines: 0, foreignReplies: 0, notBelieved: {} } },
      health: () => ({ type, state: 'ok', detail: 'It works.' }),
      checkExecutor: () => Promise.resolve(null),
      ownPackets: () => 0,
      setTargets: () => undefined,
      close: () => undefined,
      runSlice: async (slice, onResult, signal) => {
        this.slices.push(slice);
        this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
        if (this.sliceMs === null)
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        else await pause(this.sliceMs);
        this.atOnce--;
        if (!signal.aborted) {
          const { facts } = this;
          slice.ips.forEach((_, at) => onResult(at, 1_700_000_000_000 + at, OUTCOME.reply, 1_500, undefined, facts));
        }
        return { ok: true, pausedMs: 0 };
      },
    };
  }
}
