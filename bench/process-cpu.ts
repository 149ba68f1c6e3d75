import { usageOf, readJson } from '@icmp-mon/infra/testing';

/** CPU seconds, or bytes, by the name of a process. */
export type ByProcess = Record<string, number>;

/** CPU time and memory of the services and of what a bench starts, each with its children, from /proc. */
export class CpuMeter {
  private readonly started = new Map<string, number>();

  constructor(private readonly servicesFile: string) {}

  /** From now on `pid` counts as `name`. */
  register(name: string, pid: number): void {
    this.started.set(name, pid);
  }

  forget(name: string): void {
    this.started.delete(name);
  }

  /** Pids by name: services (which may have been restarted since) and what was registered. */
  pids(): Record<string, number> {
    return { ...(readJson(this.servicesFile) as Record<string, number>), ...Object.fromEntries(this.started) };
  }

  /** Starts to measure; call what it returns for the CPU seconds since. A process that was restarted counts from 0. */
  measure(): () => ByProcess {
    const pids = this.pids();
    const before = usageOf(Object.values(pids));
    return () => {
      const now = this.pids();
      const after = usageOf(Object.values(now));
      const spent = Object.entries(now).map(([name, pid]): [string, number] => {
        const fromS = pids[name] === pid ? (before.get(pid)?.cpuS ?? 0) : 0;
        return [name, round((after.get(pid)?.cpuS ?? 0) - fromS)];
      });
      return Object.fromEntries(spent);
    };
  }

  /** Proportional memory in MiB. */
  memoryMiB(): ByProcess {
    const pids = this.pids();
    const usage = usageOf(Object.values(pids));
    return Object.fromEntries(
      Object.entries(pids).map(([name, pid]) => [name, Math.round((usage.get(pid)?.memoryBytes ?? 0) / 1_048_576)]),
    );
  }
}

function round(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
