import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { BUILT_IN_TIERS } from '@icmp-mon/tiers/contract';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { defineBuiltIn, TIER } from './tier';

/** Defines the built-in tiers that are missing. */
export class DefineBuiltInTiers extends Command<void> {
  constructor(readonly metadata: RequestMetadata) {
    super();
  }
}

@CommandHandler(DefineBuiltInTiers)
export class DefineBuiltInTiersHandler implements ICommandHandler<DefineBuiltInTiers> {
  constructor(private readonly store: EventStore) {}

  async execute({ metadata }: DefineBuiltInTiers): Promise<void> {
    for (const [name, policy] of Object.entries(BUILT_IN_TIERS)) {
      await this.store.execute(TIER, name, (state) => defineBuiltIn(state, name, policy), { metadata });
    }
  }
}
