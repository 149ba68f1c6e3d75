import { type IssueApiKeyRequest, type IssuedApiKey } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type AccessManager } from '../accounts/require-permissions';
import { checkedScope, requireLimitable } from '../accounts/scope';
import { API_KEY, issueApiKey } from './api-key-events';
import { newApiKey, parseApiKey } from './api-key';
import { accessOfNewKey } from './new-key-access';

const DAY_MS = 86_400_000;
/** Maximum number of keys that are not revoked. */
export const API_KEYS_MAX = 1_000;

/** Creates an API key with permissions that its creator has. Only the response contains the key itself. */
export class IssueApiKey extends Command<IssuedApiKey> {
  constructor(
    readonly request: IssueApiKeyRequest,
    readonly creator: AccessManager & { name: string | null },
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(IssueApiKey)
export class IssueApiKeyHandler implements ICommandHandler<IssueApiKey> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly store: EventStore,
  ) {}

  /** @throws DomainError `invalid` (permissions, scope), `forbidden` for permissions that role or creator do not have; `conflict` when the limit is reached */
  async execute({ request, creator, metadata }: IssueApiKey): Promise<IssuedApiKey> {
    const { name, validForDays } = request;
    const { role, permissions } = accessOfNewKey(request, creator);
    const scope = checkedScope(request.scope);
    requireLimitable(role, scope, '#/scope');
    const [counted] = await this.database.query<{ keys: number }>(
      'SELECT count(*) AS keys FROM api_key WHERE revoked_at IS NULL',
    );
    if ((counted?.keys ?? 0) >= API_KEYS_MAX) {
      throw new DomainError('conflict', `The limit of ${API_KEYS_MAX} API keys is reached. Revoke unused keys.`);
    }
    const key = newApiKey();
    const parts = parseApiKey(key);
    if (parts === null) throw new Error('A new API key could not be parsed.');
    const createdAtMs = Date.now();
    const expiresAt = validForDays === undefined ? null : new Date(createdAtMs + validForDays * DAY_MS).toISOString();
    await this.store.execute(
      API_KEY,
      parts.id,
      (state) => issueApiKey(state, parts.id, { role, expiresAt, permissions, scope }),
      {
        metadata,
        expectedVersion: 0,
        within: async (sql) => {
          await sql.execute(
            `INSERT INTO api_key (id, name, role, secret_hash, created_at, expires_at, created_by, permissions, scope)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
            [
              ...[parts.id, name, role, parts.secretHash, new Date(createdAtMs), expiresAt, metadata.actor],
              ...[permissions, scope],
            ],
          );
        },
      },
    );
    const createdAt = new Date(createdAtMs).toISOString();
    const { id } = parts;
    const creation = { createdAt, createdBy: metadata.actor, createdByName: creator.name };
    return { id, name, role, permissions, scope, ...creation, lastUsedAt: null, expiresAt, revokedAt: null, key };
  }
}
