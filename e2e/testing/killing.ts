import { eventually } from '@icmp-mon/platform/testing';
import type { RunningProduct } from './running-product';

const BACK_WITHIN_MS = 120_000;

/** Returns the pid of a process. Throws rather than return a number that `kill` would take for a process group. */
export function pidOf(product: RunningProduct, name: string): number {
  const pid = product.access.processes[name]?.pid;
  if (pid === undefined) throw new Error(`${name} is not running`);
  return pid;
}

/** Runs `work` while the process is dead and the supervisor is stopped, so that it does not restart it. */
export async function whileAway<T>(product: RunningProduct, name: string, work: () => T | Promise<T>): Promise<T> {
  const { supervisorPid } = product;
  const before = pidOf(product, name);
  process.kill(supervisorPid, 'SIGSTOP');
  try {
    process.kill(before, 'SIGKILL');
    return await work();
  } finally {
    process.kill(supervisorPid, 'SIGCONT');
    await isBack(product, name, before);
  }
}

async function isBack(product: RunningProduct, name: string, before: number): Promise<string[]> {
  await eventually(
    () => {
      if ((product.access.processes[name]?.pid ?? before) === before) throw new Error(`${name} was not restarted`);
    },
    { withinMs: BACK_WITHIN_MS },
  );
  return allReady(product);
}

/** Resolves when every app is ready; returns the names of the apps that were not ready at the previous check. */
export async function allReady(product: RunningProduct): Promise<string[]> {
  let last: string[] = [];
  await eventually(
    async () => {
      const notReady = await product.notReady();
      if (notReady.length === 0) return;
      last = notReady;
      throw new Error(`not ready: ${notReady.join(', ')}`);
    },
    { withinMs: BACK_WITHIN_MS },
  );
  return last;
}

export interface Recovery {
  /** Seconds from the signal until all apps were ready. */
  seconds: number;
  /** Names of the apps that became ready last. */
  last: string;
}

/** Kills the processes at the same time; resolves when all apps are ready. */
export async function killAndWait(product: RunningProduct, names: readonly string[]): Promise<Recovery> {
  const before = names.map((name) => ({ name, pid: pidOf(product, name) }));
  const startedMs = performance.now();
  for (const { pid } of before) process.kill(pid, 'SIGKILL');
  const last = new Set<string>();
  for (const { name, pid } of before) for (const late of await isBack(product, name, pid)) last.add(late);
  return { seconds: (performance.now() - startedMs) / 1000, last: [...last].join(', ') };
}

/** Ends a process with SIGTERM, as a restart does; returns the seconds until all apps were ready. */
export async function endAndWait(product: RunningProduct, name: string): Promise<number> {
  const before = pidOf(product, name);
  const startedMs = performance.now();
  process.kill(before, 'SIGTERM');
  await isBack(product, name, before);
  return (performance.now() - startedMs) / 1000;
}
