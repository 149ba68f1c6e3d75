import { usageOf, readJson } from '@icmp-mon/infra/testing';

/** CPU seconds, or bytes, by process name. */
export type ByProcess = Record<string, number>;

/** CPU time and memory of the services and of processes that a bench starts, including their children, from /proc. */
export class CpuMeter {
  private readonly started = new Map<string, number>();

  constructor(private readonly servicesFile: string) {}

  /** Measures `pid` under `name` from now on. */
  register(name: string, pid: number): void {
    this.started.set(name, pid);
  }

  forgetProcess(name: string): void {
    this.started.delete(name);
  }

  /** Returns pids by name: services (which may have been restarted) and registered processes. */
  pidsByName(): Record<string, number> {
    return { ...(readJson(this.servicesFile) as Record<string, number>), ...Object.fromEntries(this.started) };
  }

  /** Starts a measurement; the returned function returns the CPU seconds since then. A restarted process counts from 0. */
  startMeasuring(): () => ByProcess {
    const pids = this.pidsByName();
    const before = usageOf(Object.values(pids));
    return () => {
      const now = this.pidsByName();
      const after = usageOf(Object.values(now));
      const spent = Object.entries(now).map(([name, pid]): [string, number] => {
        const fromS = pids[name] === pid ? (before.get(pid)?.cpuS ?? 0) : 0;
        return [name, round((after.get(pid)?.cpuS ?? 0) - fromS)];
      });
      return Object.fromEntries(spent);
    };
  }

  /** Returns proportional memory (PSS) in MiB. */
  memoryMiB(): ByProcess {
    const pids = this.pidsByName();
    const usage = usageOf(Object.values(pids));
    return Object.fromEntries(
      Object.entries(pids).map(([name, pid]) => [name, Math.round((usage.get(pid)?.memoryBytes ?? 0) / 1_048_576)]),
    );
  }
}

function round(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
