import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import type {
  ChangeSourceRequest,
  DefineSourceRequest,
  InventorySource,
  SourceDefinition,
} from '@icmp-mon/targets/contract';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { TierNames } from '../tier-names';
import { CredentialBox } from './credential-box';
import { changedDefinition, definitionOf, requireDefinition } from './definition';
import { change, INVENTORY_SOURCE, sourceNotFound } from './source';
import { readSource } from './source-rows';
import { credentialFor, updateSource } from './source-store';

/** Changes the definition of an inventory source: `replace` with the whole new one, or `patch` with the members that change. */
export class ChangeSource extends Command<InventorySource> {
  constructor(
    readonly id: string,
    readonly request: { replace: DefineSourceRequest } | { patch: ChangeSourceRequest },
    readonly metadata: RequestMetadata,
    readonly expectedVersion: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(ChangeSource)
export class ChangeSourceHandler implements ICommandHandler<ChangeSource> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly store: EventStore,
    private readonly tiers: TierNames,
    private readonly box: CredentialBox,
  ) {}

  /** @throws DomainError `invalid`, `not_found`, `precondition_failed`; `conflict` for a name in use, another kind, or a change at the same time */
  async execute({ id, request, metadata, expectedVersion }: ChangeSource): Promise<InventorySource> {
    const [known] = await this.database.query<{
      definition: SourceDefinition;
      credential: Buffer | null;
      version: number;
    }>('SELECT definition, credential, version FROM inventory_source WHERE id = $1', [id]);
    if (known === undefined) throw sourceNotFound(id);
    const given = 'replace' in request ? request.replace : request.patch;
    const definition =
      'replace' in request ? definitionOf(request.replace) : changedDefinition(known.definition, request.patch);
    requireDefinition(definition, given.credential, known.definition.location);
    if (definition.kind !== known.definition.kind) {
      throw new DomainError(
        'conflict',
        'The kind of a source cannot change. Define another source, and remove this one.',
      );
    }
    await this.tiers.requireTier(definition.tier);
    const credential = credentialFor(this.box, { id, definition }, given.credential, known);
    const hasCredential = credential === undefined ? known.credential !== null : credential !== null;
    const isCredentialNew = credential instanceof Buffer;
    const data = { ...definition, sourceId: id, hasCredential, isCredentialNew };
    const { answer } = await this.store.execute(INVENTORY_SOURCE, id, (state) => change(state, data), {
      metadata,
      // The version that was read is the one to merge with, and its credential is kept.
      expectedVersion: expectedVersion ?? known.version,
      within: async (sql, events) => {
        const version = events.at(-1)?.version;
        if (version !== undefined) await updateSource(sql, { id, definition, version }, credential);
      },
      answer: (sql) => readSource(sql, id),
    });
    return answer;
  }
}
