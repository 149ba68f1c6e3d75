import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

const KERNEL_BOOT_FILE = '/proc/sys/kernel/random/boot_id';
const OWN_STAT_FILE = '/proc/self/stat';
/** The start of a process, behind its name in brackets; the first value there is the third of all. */
const START_TICKS_AT = 22 - 3;
/** Wherever Node runs. */
const TICK_MS = 10;
/** Smaller differences are clock granularity and the start time of the process. */
const CONTAINER_AGE_MS_MIN = 2_000;

/** The clock that is never set: it runs from the start of the machine on, also while that is suspended. */
export interface MachineClock {
  /** Tells one start of the machine from another; empty where the system does not say. */
  kernelBoot: string;
  /** ms since the machine was started, to 10 ms. */
  uptimeMs(): number;
}

export function machineClock(): MachineClock {
  const aheadMs = machineAheadMs();
  return { kernelBoot: readSystem(KERNEL_BOOT_FILE).trim(), uptimeMs: () => aheadMs + uptime() * 1_000 };
}

/**
 * How much longer the machine has been running than its uptime says, ms. In a container with an uptime of its own (LXC with lxcfs) the uptime
 * begins with the container, but the boot id is the host's. The start time of this process always refers to the host's clock.
 */
function machineAheadMs(): number {
  const stat = readSystem(OWN_STAT_FILE);
  const startTicks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_TICKS_AT]);
  if (!Number.isFinite(startTicks)) return 0;
  const aheadMs = startTicks * TICK_MS + (process.uptime() - uptime()) * 1_000;
  return aheadMs < CONTAINER_AGE_MS_MIN ? 0 : aheadMs;
}

/** Empty if the file does not exist. */
function readSystem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error) return '';
    throw error;
  }
}
