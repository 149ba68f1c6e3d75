import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { AgentGateway } from './agent-gateway';

const LOOK_MS = 500;

/** Highest values of a running agent: memory of its process and of its fpings, and what it reports about its pace. */
export class AgentWatch {
  private timer: NodeJS.Timeout | undefined;
  private readonly most = { rssMiB: 0, fpingRssMiB: 0, fpings: 0, lateMs: 0, unmeasuredPerS: 0 };

  constructor(
    readonly agent: ChildProcess,
    private readonly gateway: AgentGateway,
  ) {}

  beginWatching(): void {
    this.timer = setInterval(() => this.lookAtAgent(), LOOK_MS);
  }

  endWatching(): Record<keyof AgentWatch['most'], number> {
    clearInterval(this.timer);
    return this.most;
  }

  private lookAtAgent(): void {
    const pid = this.agent.pid ?? 0;
    const fpings = childrenOf(pid);
    const { lateMs, unmeasuredPerS } = this.gateway.telemetry ?? {};
    this.raiseFigure('rssMiB', residentMiB(pid));
    this.raiseFigure(
      'fpingRssMiB',
      fpings.reduce((sum, each) => sum + residentMiB(each), 0),
    );
    this.raiseFigure('fpings', fpings.length);
    this.raiseFigure('lateMs', lateMs ?? 0);
    this.raiseFigure('unmeasuredPerS', unmeasuredPerS ?? 0);
  }

  private raiseFigure(name: keyof AgentWatch['most'], value: number): void {
    this.most[name] = Math.max(this.most[name], Math.round(value * 10) / 10);
  }
}

/** Returns the children of a process that were started by its main thread. */
function childrenOf(pid: number): number[] {
  const pids = textOf(`/proc/${pid}/task/${pid}/children`).split(' ').map(Number);
  return pids.filter((each) => each > 0);
}

/** Returns the resident memory of a process; 0 if it has ended. */
function residentMiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0) / 1_024;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
