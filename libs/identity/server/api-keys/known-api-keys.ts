import { timingSafeEqual } from 'node:crypto';
import {
  keyPermissions,
  type Permission,
  permissionsInScope,
  type Role,
  type Scope,
} from '@icmp-mon/identity/contract';
import { ShortCache } from '@icmp-mon/platform/batching';
import { ControlDatabase } from '@icmp-mon/platform/database';
import type { Principal } from '@icmp-mon/platform/http';
import { createLogger } from '@icmp-mon/platform/ops';
import { Injectable } from '@nestjs/common';
import { KNOWN_MS } from '../known-ms';
import { parseApiKey } from './api-key';

interface ApiKeyRow {
  id: string;
  name: string;
  role: Role;
  permissions: Permission[] | null;
  scope: Scope;
  secret_hash: Buffer;
  /** Whether the stored time of its last use is more than a minute old. */
  note_use: boolean;
}

/** A revoked key is refused within this time, counted from the last query. */
const KEPT_MS = 5_000;
const KEPT_MAX = 10_000;

const logger = createLogger('api-keys');

const VALID = `SELECT id, name, role, permissions, scope, secret_hash,
    last_used_at IS NULL OR last_used_at < now() - interval '1 minute' AS note_use FROM api_key
  WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`;

/** Authenticates API keys by their hash. */
@Injectable()
export class KnownApiKeys {
  private readonly kept = new ShortCache<ApiKeyRow | null>({
    entriesMax: KEPT_MAX,
    keptMs: (tookMs) => KEPT_MS - tookMs,
    sharedMs: KEPT_MS,
    recalledMs: KNOWN_MS,
  });

  constructor(private readonly database: ControlDatabase) {}

  /** Returns the holder of the key; null for a key that is unknown, revoked or expired. */
  async recogniseKey(text: string): Promise<Principal | null> {
    const given = parseApiKey(text);
    if (given === null) return null;
    const row = await this.valid(given.id);
    if (row === null || !timingSafeEqual(row.secret_hash, given.secretHash)) return null;
    return principalOf(row);
  }

  /** Returns the holder from the cache, for outages of the database: a key that was valid some minutes ago. */
  recogniseFromCache(text: string): Principal | null {
    const given = parseApiKey(text);
    const row = given === null ? null : (this.kept.recallStale(given.id) ?? null);
    if (given === null || row === null || !timingSafeEqual(row.secret_hash, given.secretHash)) return null;
    return principalOf(row);
  }

  /** Returns whether the key is valid and still has this scope. */
  async isValid(id: string, scope: Scope): Promise<boolean> {
    const row = await this.valid(id);
    return row !== null && row.scope === scope;
  }

  /** Removes a key from the cache, so that the next request queries the database. */
  forgetKey(id: string): void {
    this.kept.forgetKey(id);
  }

  private valid(id: string): Promise<ApiKeyRow | null> {
    return this.kept.get(id, async () => {
      const row = (await this.database.query<ApiKeyRow>(VALID, [id]))[0] ?? null;
      if (row?.note_use === true) this.noteUse(id);
      return row;
    });
  }

  /** Runs during the request, which does not wait for it. */
  private noteUse(id: string): void {
    this.database
      .execute('UPDATE api_key SET last_used_at = now() WHERE id = $1', [id])
      .catch((error: unknown) => logger.warn({ err: error, keyId: id }, 'last use of an API key could not be stored'));
  }
}

const principalOf = ({ id, name, role, permissions, scope }: ApiKeyRow): Principal => ({
  kind: 'api-key',
  id,
  name,
  role,
  permissions: permissionsInScope(keyPermissions(role, permissions), scope),
  scope,
  sessionId: null,
});
