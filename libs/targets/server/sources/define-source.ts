import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { newId } from '@icmp-mon/platform/ids';
import type { DefineSourceRequest, InventorySource } from '@icmp-mon/targets/contract';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { TierNames } from '../tier-names';
import { CredentialBox } from './credential-box';
import { definitionOf, requireDefinition } from './definition';
import { define, INVENTORY_SOURCE } from './source';
import { readSource } from './source-rows';
import { credentialFor, insertSource } from './source-store';

/** Defines an inventory source. It runs at its interval once it is enabled. */
export class DefineSource extends Command<InventorySource> {
  constructor(
    readonly request: DefineSourceRequest,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(DefineSource)
export class DefineSourceHandler implements ICommandHandler<DefineSource> {
  constructor(
    private readonly store: EventStore,
    private readonly tiers: TierNames,
    private readonly box: CredentialBox,
  ) {}

  /** @throws DomainError `invalid`; `conflict` for a name in use, beyond the most sources, or if credentials cannot be stored */
  async execute({ request, metadata }: DefineSource): Promise<InventorySource> {
    const definition = definitionOf(request);
    requireDefinition(definition, request.credential);
    await this.tiers.requireTier(definition.tier);
    const id = newId();
    const credential = credentialFor(this.box, { id, definition }, request.credential, undefined) ?? null;
    const data = { ...definition, sourceId: id, hasCredential: credential !== null };
    const { answer } = await this.store.execute(INVENTORY_SOURCE, id, (state) => define(state, data), {
      metadata,
      within: (sql) => insertSource(sql, { id, definition, version: 1 }, credential),
      answer: (sql) => readSource(sql, id),
    });
    return answer;
  }
}
