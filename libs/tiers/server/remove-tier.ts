import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import type { TierRemovalView } from '@icmp-mon/tiers/contract';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { completeRemoval, remove, startRemoval, TIER } from './tier';
import { countTargets } from './tier-view';

/** Removes a tier: immediately if it has no targets, otherwise after the worker has moved them to the successor. */
export class RemoveTier extends Command<TierRemovalView> {
  constructor(
    readonly name: string,
    readonly successor: string | undefined,
    readonly metadata: RequestMetadata,
    readonly expectedVersion: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(RemoveTier)
export class RemoveTierHandler implements ICommandHandler<RemoveTier> {
  constructor(
    private readonly store: EventStore,
    private readonly database: ControlDatabase,
  ) {}

  /** @throws DomainError `not_found`, `precondition_failed`, `invalid` (successor); `conflict` if it has targets and no successor is named */
  async execute({ name, successor, metadata, expectedVersion }: RemoveTier): Promise<TierRemovalView> {
    const removed: TierRemovalView = { name, state: 'removed', successor: successor ?? null, targetCount: 0 };
    const options = { metadata, ...(expectedVersion === undefined ? {} : { expectedVersion }) };
    if (successor === undefined) {
      await this.store.execute(TIER, name, (state) => remove(state, name), options);
      return removed;
    }
    await this.store.execute(TIER, name, (state) => startRemoval(state, name, successor), options);
    // From here on the tier takes no new targets.
    const targetCount = await countTargets(this.database, name);
    if (targetCount === 0) {
      await this.store.execute(TIER, name, (state) => completeRemoval(state, name), { metadata });
      return removed;
    }
    return { ...removed, state: 'removing', targetCount };
  }
}
