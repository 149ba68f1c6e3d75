import { timingSafeEqual } from 'node:crypto';
import { type Role, ROLE_PERMISSIONS } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import type { Principal } from '@icmp-mon/platform/http';
import { Injectable } from '@nestjs/common';
import { BriefCache } from '../brief-cache';
import { parseApiKey } from './api-key';

interface ApiKeyRow {
  id: string;
  name: string;
  role: Role;
  secret_hash: Buffer;
}

/** A revoked key stops working within this. */
const KEPT_MS = 5_000;
const KEPT_MAX = 1_000;

const VALID = `SELECT id, name, role, secret_hash FROM api_key
  WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`;

/** Recognises API keys by their hash. */
@Injectable()
export class KnownApiKeys {
  private readonly kept = new BriefCache<ApiKeyRow | null>(KEPT_MS, KEPT_MAX);

  constructor(private readonly database: ControlDatabase) {}

  /** Who holds the key; null for one that is unknown, revoked or expired. */
  async recognise(text: string): Promise<Principal | null> {
    const given = parseApiKey(text);
    if (given === null) return null;
    const row = await this.valid(given.id);
    if (row === null || !timingSafeEqual(row.secret_hash, given.secretHash)) return null;
    return {
      kind: 'api-key',
      id: row.id,
      name: row.name,
      role: row.role,
      permissions: ROLE_PERMISSIONS[row.role],
      sessionId: null,
    };
  }

  async isValid(id: string): Promise<boolean> {
    return (await this.valid(id)) !== null;
  }

  private valid(id: string): Promise<ApiKeyRow | null> {
    return this.kept.get(id, async () => (await this.database.query<ApiKeyRow>(VALID, [id]))[0] ?? null);
  }
}
