import { readFileSync } from 'node:fs';

/** Unit of the CPU times in /proc, in ms: 1/100 s for every program, regardless of the kernel's own tick. */
const CLOCK_TICK_MS = 10;
const STAT_CHILD_USER = 13;
const STAT_CHILD_SYSTEM = 14;

export interface CpuMs {
  own: number;
  /** CPU time of child processes that have ended. */
  children: number;
}

/** Returns the CPU time used since the process started, in ms. */
export function cpuMs(): CpuMs {
  const { user, system } = process.cpuUsage();
  return { own: (user + system) / 1000, children: childrenMs() };
}

function childrenMs(): number {
  let stat: string;
  try {
    stat = readFileSync('/proc/self/stat', 'latin1');
  } catch (error) {
    if (error instanceof Error && 'code' in error) return 0;
    throw error;
  }
  // The second field, the program's name in brackets, may contain spaces: count from its end.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[STAT_CHILD_USER]) + Number(fields[STAT_CHILD_SYSTEM])) * CLOCK_TICK_MS;
}
