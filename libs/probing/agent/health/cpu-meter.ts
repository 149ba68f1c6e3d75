import { readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second for every program, whatever the kernel's own tick is. */
const CLOCK_TICK_MS = 10;
const STAT_CHILD_USER = 13;
const STAT_CHILD_SYSTEM = 14;

export interface CpuMs {
  own: number;
  /** Of the children that have ended. */
  children: number;
}

/** CPU time used since the process began, in ms. */
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
  // The second field, the program's name in brackets, may hold blanks: count from its end.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[STAT_CHILD_USER]) + Number(fields[STAT_CHILD_SYSTEM])) * CLOCK_TICK_MS;
}
