import type { ExecutorHealth } from '@icmp-mon/agents/contract';
import { findFping } from './find-fping';
import type { Executor, OnResult, ProbeSlice, SliceEnd } from './executor';
import { FpingProcess, type FpingExit } from './fping-process';

/** Every raw socket receives every reply on the host, so few of them. */
const PROCESSES_MAX = 6;
/** Each look costs the waking of this process; what is seen later is reported later. */
const DRAIN_EVERY_MS = 100;
const LOOK_AGAIN_MS = 10_000;

export interface IcmpPingOptions {
  /** Absolute path; looked for in the usual places unless given. */
  fpingPath?: string | undefined;
  /** Folder for nameless files; memory-backed is best. */
  captureDir: string;
  nowMs?: () => number;
}

/** ICMP echo by fping: one process a slice, replies read while it runs. */
export class IcmpPing implements Executor {
  readonly parallelMax = PROCESSES_MAX;
  droppedLines = 0;
  private state: ExecutorHealth['state'] = 'idle';
  private detail = 'No target is assigned yet.';
  private fpingPath: string | null = null;
  private lookAgainAtMs = 0;
  private readonly spare: FpingProcess[] = [];
  private readonly running = new Set<FpingProcess>();
  private drainTimer: NodeJS.Timeout | undefined;
  private readonly nowMs: () => number;

  constructor(private readonly options: IcmpPingOptions) {
    this.nowMs = options.nowMs ?? Date.now;
  }

  health(): ExecutorHealth {
    return { type: 'icmp_ping', state: this.state, detail: this.detail };
  }

  async run(slice: ProbeSlice, onResult: OnResult, signal: AbortSignal): Promise<SliceEnd> {
    const path = this.locate();
    if (path === null) return this.becomes('missing', missingDetail(this.options.fpingPath));
    let worker: FpingProcess;
    try {
      worker = this.spare.pop() ?? new FpingProcess(this.options.captureDir);
    } catch (error) {
      return this.becomes(
        'restarting',
        `No file for fping's output in ${this.options.captureDir}: ${messageOf(error)}.`,
      );
    }
    this.running.add(worker);
    this.drainTimer ??= setInterval(() => this.drain(), DRAIN_EVERY_MS);
    const exit = await worker.run(path, slice, onResult, { signal, nowMs: this.nowMs });
    this.running.delete(worker);
    this.droppedLines += worker.droppedLines;
    if (this.running.size === 0) {
      clearInterval(this.drainTimer);
      this.drainTimer = undefined;
    }
    this.spare.push(worker);
    return this.judge(exit, path);
  }

  close(): void {
    clearInterval(this.drainTimer);
    for (const worker of this.spare.splice(0)) worker.close();
  }

  private drain(): void {
    for (const worker of this.running) worker.drain();
  }

  private locate(): string | null {
    const nowMs = performance.now();
    if (this.fpingPath === null && nowMs >= this.lookAgainAtMs) {
      this.fpingPath = findFping(this.options.fpingPath);
      this.lookAgainAtMs = nowMs + LOOK_AGAIN_MS;
    }
    return this.fpingPath;
  }

  private judge(exit: FpingExit, path: string): SliceEnd {
    switch (exit.kind) {
      case 'done':
        this.state = 'ok';
        this.detail = `${path} answers.`;
        return { ok: true };
      case 'missing':
        this.fpingPath = null;
        return this.becomes('missing', missingDetail(this.options.fpingPath));
      case 'not_permitted':
        return this.becomes(
          'not_permitted',
          `${path} may not open a raw socket (${exit.detail}). Give it the capability: setcap cap_net_raw+ep ${path}`,
        );
      case 'killed':
        return this.becomes('restarting', `fping was ended by ${exit.detail}; the next slice starts it anew.`);
      case 'failed':
        return this.becomes('restarting', `fping failed: ${exit.detail}. It is started anew for each slice.`);
    }
  }

  private becomes(state: ExecutorHealth['state'], detail: string): SliceEnd {
    this.state = state;
    this.detail = detail;
    return { ok: false, state, detail };
  }
}

function missingDetail(configured: string | undefined): string {
  return configured === undefined
    ? 'fping is not installed. Install the package fping, or name the file in ICMPMON_AGENT_FPING_PATH.'
    : `There is no executable file ${configured}. Mend ICMPMON_AGENT_FPING_PATH, or install fping there.`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
