import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

const KERNEL_BOOT_FILE = '/proc/sys/kernel/random/boot_id';
const OWN_STAT_FILE = '/proc/self/stat';
/** Index of the start time after the name in brackets; the first value there is the third field. */
const START_TICKS_AT = 22 - 3;
/** Unit of that time on all platforms that Node supports, in ms. */
const TICK_MS = 10;
/** Smallest difference that counts: a smaller one is clock granularity and the start-up of the process. */
const CONTAINER_AGE_MS_MIN = 2_000;

/** A clock that is never set: it runs since the start of the machine, also while the machine is suspended. */
export interface MachineClock {
  /** Distinguishes one start of the machine from another; empty where the system does not provide it. */
  kernelBoot: string;
  /** Returns the time since the machine started in ms, with a resolution of 10 ms. */
  uptimeMs(): number;
}

export function machineClock(): MachineClock {
  const aheadMs = machineAheadMs();
  return { kernelBoot: readSystem(KERNEL_BOOT_FILE).trim(), uptimeMs: () => aheadMs + uptime() * 1_000 };
}

/**
 * Returns how much longer the machine has been running than its uptime shows, in ms. In a container with its own uptime (LXC with lxcfs)
 * the uptime starts with the container, but the boot id is the host's. The start time of this process always refers to the host's clock.
 */
function machineAheadMs(): number {
  const stat = readSystem(OWN_STAT_FILE);
  const startTicks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_TICKS_AT]);
  if (!Number.isFinite(startTicks)) return 0;
  const aheadMs = startTicks * TICK_MS + (process.uptime() - uptime()) * 1_000;
  return aheadMs < CONTAINER_AGE_MS_MIN ? 0 : aheadMs;
}

/** Returns the text of the file; empty if it does not exist. */
function readSystem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error) return '';
    throw error;
  }
}
