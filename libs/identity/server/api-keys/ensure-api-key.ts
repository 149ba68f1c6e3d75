import type { Role } from '@icmp-mon/identity/contract';
import { ControlDatabase, isUniqueViolation } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { API_KEY, issueApiKey } from './api-key-events';
import { parseApiKey } from './api-key';

/** Stores a given API key unless its id already exists. */
export class EnsureApiKey extends Command<void> {
  constructor(
    readonly key: string,
    readonly name: string,
    readonly role: Role,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(EnsureApiKey)
export class EnsureApiKeyHandler implements ICommandHandler<EnsureApiKey> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly store: EventStore,
  ) {}

  async execute({ key, name, role, metadata }: EnsureApiKey): Promise<void> {
    const parts = parseApiKey(key);
    if (parts === null)
      throw new DomainError(
        'invalid',
        'The API key is not valid: it must be imk_<12 hex digits>_<43 base64url characters>.',
      );
    const [present] = await this.database.query('SELECT 1 FROM api_key WHERE id = $1', [parts.id]);
    if (present !== undefined) return;
    try {
      await this.store.execute(API_KEY, parts.id, (state) => issueApiKey(state, parts.id, { role }), {
        metadata,
        within: async (sql) => {
          await sql.execute('INSERT INTO api_key (id, name, role, secret_hash) VALUES ($1, $2, $3, $4)', [
            parts.id,
            name,
            role,
            parts.secretHash,
          ]);
        },
      });
    } catch (error) {
      // Another replica stored the same key in the meantime.
      if (!isUniqueViolation(error, 'api_key_pkey')) throw error;
    }
  }
}
