import type { Scope } from '@icmp-mon/identity/contract';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type AccessManager } from '../accounts/require-permissions';
import { checkedScope } from '../accounts/scope';
import { API_KEY, changeKeyScope } from './api-key-events';
import { KnownApiKeys } from './known-api-keys';

/** Limits an API key to the targets of a filter, or removes the limit: immediately in this process, within 5 s in other replicas. */
export class ChangeKeyScope extends Command<void> {
  constructor(
    readonly keyId: string,
    readonly scope: Scope,
    readonly metadata: RequestMetadata,
    readonly manager: AccessManager,
  ) {
    super();
  }
}

@CommandHandler(ChangeKeyScope)
export class ChangeKeyScopeHandler implements ICommandHandler<ChangeKeyScope> {
  constructor(
    private readonly store: EventStore,
    private readonly known: KnownApiKeys,
  ) {}

  /** @throws DomainError `not_found`, `forbidden`, `invalid`; `conflict` for a revoked key */
  async execute({ keyId, scope: asked, metadata, manager }: ChangeKeyScope): Promise<void> {
    const scope = checkedScope(asked);
    await this.store.execute(API_KEY, keyId, (state) => changeKeyScope(state, keyId, scope, manager), {
      metadata,
      within: async (sql, events) => {
        if (events.length === 0) return;
        await sql.execute('UPDATE api_key SET scope = $2 WHERE id = $1', [keyId, scope]);
      },
    });
    this.known.forgetKey(keyId);
  }
}
