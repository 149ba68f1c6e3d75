import type { Logger } from '@icmp-mon/platform/ops';
import { Socket } from './socket';

/** Name of the BullMQ queue. */
export const HOUSEKEEPING_QUEUE = 'housekeeping';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Maximum steps per run; the rest is left for the next run. */
const STEPS_MAX = 100;

export interface HousekeepingRun {
  /** The earlier of this machine's and the database's time, ms since 1970. */
  nowMs: number;
  /** Aborted when the worker stops; the rest is left for the next run. */
  signal: AbortSignal;
  logger: Logger;
}

/** A task that deletes or aggregates rows which would otherwise grow without limit. */
export interface HousekeepingTask {
  name: string;
  everyMs: number;
  /** Does a bounded part of the due work and returns the number of rows, chunks or buckets. Runs once over all workers. */
  runTask(run: HousekeepingRun): Promise<number>;
}

/** The tasks that the worker runs at their intervals. */
export class HousekeepingTasks extends Socket<HousekeepingTask> {
  protected keyOf({ name }: HousekeepingTask): string {
    return name;
  }
}

/** Runs steps until one processes less than `fullStep`, at most 100. Returns the sum. */
export async function inSteps(fullStep: number, step: () => Promise<number>): Promise<number> {
  let total = 0;
  for (let made = 0; made < STEPS_MAX; made++) {
    const count = await step();
    total += count;
    if (count < fullStep) break;
  }
  return total;
}

/** Returns the number of dropped chunks. Logs when a chunk is in use and kept until the next run. */
export function droppedChunks(
  { logger }: HousekeepingRun,
  relation: string,
  { dropped, busy }: { dropped: number; busy: boolean },
): number {
  if (busy) logger.warn({ relation, dropped }, 'chunk of old rows is in use; it is dropped at the next run');
  return dropped;
}
