import type { Logger } from '@icmp-mon/platform/ops';
import { Socket } from './socket';

/** Name of the BullMQ queue. */
export const HOUSEKEEPING_QUEUE = 'housekeeping';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Steps of one run: the rest is left to the next. */
const STEPS_MAX = 100;

export interface HousekeepingRun {
  /** The earlier of this machine's clock and the database's. */
  nowMs: number;
  /** Aborted when the worker stops: what is left is done by the next run. */
  signal: AbortSignal;
  logger: Logger;
}

/** What deletes or sums up what would otherwise grow without limit. */
export interface HousekeepingTask {
  name: string;
  everyMs: number;
  /** Does a bounded part of what is due and returns how many rows, chunks or buckets that were. Runs once over all workers. */
  run(run: HousekeepingRun): Promise<number>;
}

/** The tasks that the worker runs at their times. */
export class HousekeepingTasks extends Socket<HousekeepingTask> {
  protected keyOf({ name }: HousekeepingTask): string {
    return name;
  }
}

/** Runs steps until one finds less than it could have taken, at most 100. Returns the sum. */
export async function inSteps(fullStep: number, step: () => Promise<number>): Promise<number> {
  let total = 0;
  for (let made = 0; made < STEPS_MAX; made++) {
    const count = await step();
    total += count;
    if (count < fullStep) break;
  }
  return total;
}

/** The number of dropped chunks; what is in use stays until the next run. */
export function droppedChunks(
  { logger }: HousekeepingRun,
  relation: string,
  { dropped, busy }: { dropped: number; busy: boolean },
): number {
  if (busy) logger.warn({ relation, dropped }, 'old rows are in use; they are dropped at the next run');
  return dropped;
}
