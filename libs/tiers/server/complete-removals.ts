import type { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore, readHistory } from '@icmp-mon/platform/event-store';
import type { HousekeepingRun } from '@icmp-mon/platform/plugins';
import { TIER_LIMITS, TIER_STREAM, type TierTargets } from '@icmp-mon/tiers/contract';
import { completeRemoval, TIER } from './tier';

/** Targets that one run moves at most; the next run continues, so that other tasks are not delayed for long. */
const TARGETS_PER_RUN = 20_000;

/**
 * Moves the targets of tiers that are being removed to their successors, and removes the tiers that have none left. Rows and events are its
 * only state, so after a crash the next run continues. Returns the number of moved targets and removed tiers.
 */
export async function completeRemovals(
  control: ControlDatabase,
  targets: TierTargets,
  { signal, logger }: Pick<HousekeepingRun, 'signal' | 'logger'>,
): Promise<number> {
  const removing = await control.query<{ name: string; successor: string }>(
    `SELECT name, successor FROM tier WHERE successor IS NOT NULL ORDER BY name LIMIT ${TIER_LIMITS.tiers}`,
  );
  const store = new EventStore(control);
  let done = 0;
  for (const { name, successor } of removing) {
    const atMost = TARGETS_PER_RUN - done;
    if (atMost <= 0 || signal.aborted) break;
    const [{ id: causationId, metadata: cause }] = await readHistory(control, TIER_STREAM, name, { limit: 1 });
    const metadata = { ...cause, causationId };
    const moved = await targets.moveTargets({ from: name, to: successor, atMost, metadata, signal });
    done += moved;
    if (moved === atMost || signal.aborted) break;
    try {
      await store.execute(TIER, name, (state) => completeRemoval(state, name), { metadata });
      done += 1;
      logger.info({ tier: name, successor }, 'tier removed');
    } catch (error) {
      // Targets that could not be moved are left; the next run tries again.
      if (!(error instanceof DomainError)) throw error;
      logger.warn({ err: error, tier: name, successor }, 'tier not removed yet, will retry');
    }
  }
  return done;
}
