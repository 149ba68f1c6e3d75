import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type AccessManager } from '../accounts/require-permissions';
import { API_KEY, revokeApiKey } from './api-key-events';
import { KnownApiKeys } from './known-api-keys';

/** Revokes an API key: immediately in this process, within 5 s in other replicas. */
export class RevokeApiKey extends Command<void> {
  constructor(
    readonly keyId: string,
    readonly metadata: RequestMetadata,
    readonly manager: AccessManager,
  ) {
    super();
  }
}

@CommandHandler(RevokeApiKey)
export class RevokeApiKeyHandler implements ICommandHandler<RevokeApiKey> {
  constructor(
    private readonly store: EventStore,
    private readonly known: KnownApiKeys,
  ) {}

  /** @throws DomainError `not_found`, `conflict`, `forbidden` */
  async execute({ keyId, metadata, manager }: RevokeApiKey): Promise<void> {
    await this.store.execute(API_KEY, keyId, (state) => revokeApiKey(state, keyId, manager), {
      metadata,
      within: async (sql) => {
        await sql.execute('UPDATE api_key SET revoked_at = now() WHERE id = $1', [keyId]);
      },
    });
    this.known.forgetKey(keyId);
  }
}
