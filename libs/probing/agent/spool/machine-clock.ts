import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

const KERNEL_BOOT_FILE = '/proc/sys/kernel/random/boot_id';

/** The clock that is never set: it runs from the start of the machine on, also while that is suspended. */
export interface MachineClock {
  /** Tells one start of the machine from another; empty where the system does not say. */
  kernelBoot: string;
  /** ms since the machine was started, to 10 ms. */
  uptimeMs(): number;
}

export function machineClock(): MachineClock {
  return { kernelBoot: readKernelBoot(), uptimeMs: () => uptime() * 1_000 };
}

function readKernelBoot(): string {
  try {
    return readFileSync(KERNEL_BOOT_FILE, 'utf8').trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return '';
    throw error;
  }
}
