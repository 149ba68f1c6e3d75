import { readFileSync } from 'node:fs';

const LOOK_MS = 100;

/** Samples the resident memory of processes ten times per second. */
export class MemoryWatch {
  private peaks: Record<string, number> = {};
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly pids: Readonly<Record<string, number>>) {
    this.timer = setInterval(() => this.sampleMemory(), LOOK_MS);
  }

  /** Returns the highest values since the last call, in MiB by process name. */
  takePeaks(): Record<string, number> {
    this.sampleMemory();
    const { peaks } = this;
    this.peaks = {};
    return peaks;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private sampleMemory(): void {
    for (const [name, pid] of Object.entries(this.pids))
      this.peaks[name] = Math.max(this.peaks[name] ?? 0, residentMib(pid));
  }
}

/** Returns the resident memory of a process in MiB; 0 if it has ended. */
function residentMib(pid: number): number {
  try {
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024);
  } catch {
    return 0;
  }
}
