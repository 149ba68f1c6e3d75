import type { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { TierTargets } from '@icmp-mon/tiers/contract';
import { changeTier, TARGET } from './target';

/** Targets that are moved at the same time; the event store appends their events together. */
const TARGETS_PER_STEP = 250;

/** Moves targets between tiers, in steps. */
export class MoveTargets extends TierTargets {
  private readonly store: EventStore;

  constructor(private readonly control: ControlDatabase) {
    super();
    this.store = new EventStore(control);
  }

  override async moveTargets({
    from,
    to,
    atMost,
    metadata,
    signal,
  }: Parameters<TierTargets['moveTargets']>[0]): Promise<number> {
    let moved = 0;
    while (moved < atMost && !signal.aborted) {
      const targets = await this.control.query<{ id: string }>(
        'SELECT id FROM target_list WHERE tier = $1 ORDER BY key LIMIT $2',
        [from, Math.min(TARGETS_PER_STEP, atMost - moved)],
      );
      const executed = await Promise.all(
        targets.map(({ id }) => this.store.execute(TARGET, id, (state) => changeTier(state, from, to), { metadata })),
      );
      const changed = executed.filter(({ events }) => events.length > 0).length;
      moved += changed;
      // Only targets that were removed or moved by others meanwhile are left: the caller looks again later.
      if (changed === 0) break;
    }
    return moved;
  }
}
