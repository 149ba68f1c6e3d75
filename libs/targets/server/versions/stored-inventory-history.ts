import type { Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { InventoryHistory, scopeFilter, type TargetFilter, type TargetVersion } from '@icmp-mon/targets/contract';
import { Injectable } from '@nestjs/common';
import { canonicalAddress, shown, TARGET_ID } from '@icmp-mon/targets/wire';
import { requireStored } from './stored-history';
import { stillInScope, VERSION_COLUMNS, versionCondition } from './version-table';

const KEYS_PER_BATCH = 10_000;

/** Reads the inventory's history from `target_version`, by ranges of keys. */
@Injectable()
export class StoredInventoryHistory extends InventoryHistory {
  constructor(private readonly database: ControlDatabase) {
    super();
  }

  override async findTargetAt(ref: string, vrf: string | undefined, at: Date, scope: Scope): Promise<TargetVersion> {
    const isId = TARGET_ID.test(ref);
    const address = canonicalAddress(ref);
    if (!isId && !address.ok)
      throw new DomainError('not_found', `"${shown(ref)}" is neither the id nor the address of a target.`);
    await requireStored(this.database, at, new Date());
    const params: unknown[] = [at, address.ok ? address.ip : ref, isId ? null : (vrf ?? null)];
    const limit =
      scope === null ? '' : `AND ${versionCondition(scopeFilter(scope), params)} AND ${stillInScope(scope, params)}`;
    const rows = await this.database.query<TargetVersion>(
      `SELECT ${VERSION_COLUMNS} FROM target_version
       WHERE valid @> $1::timestamptz AND ${isId ? 'id = $2::uuid' : 'ip = $2::inet'} AND ($3::text IS NULL OR vrf = $3) ${limit}
       ORDER BY vrf LIMIT 100`,
      params,
    );
    const [only, ...others] = rows;
    if (only === undefined) throw new DomainError('not_found', `${shown(ref)} was no target at ${at.toISOString()}.`);
    if (others.length === 0) return only;
    const vrfs = rows.map((row) => row.vrf).join(', ');
    throw new DomainError(
      'ambiguous',
      `${shown(ref)} was in several VRFs (${vrfs}): choose one with ?vrf=, or use the id.`,
    );
  }

  override async *targetsAt(filter: TargetFilter | null, at: Date): AsyncIterable<TargetVersion[]> {
    await requireStored(this.database, at, new Date());
    yield* this.batches(filter, (params) => `valid @> $${params.push(at)}::timestamptz`);
  }

  override async *versionsBetween(filter: TargetFilter | null, from: Date, to: Date): AsyncIterable<TargetVersion[]> {
    const now = new Date();
    await requireStored(this.database, from, now);
    await requireStored(this.database, to < now ? to : now, now);
    yield* this.batches(filter, (params) => `valid && tstzrange($${params.push(from)}, $${params.push(to)})`);
  }

  private async *batches(
    filter: TargetFilter | null,
    during: (params: unknown[]) => string,
  ): AsyncIterable<TargetVersion[]> {
    const [row] = await this.database.query<{ highest: number }>(
      'SELECT coalesce(max(key), 0) AS highest FROM target_version',
    );
    const highest = row?.highest ?? 0;
    for (let after = 0; after < highest; after += KEYS_PER_BATCH) {
      const params: unknown[] = [after, after + KEYS_PER_BATCH];
      const conditions = ['key > $1 AND key <= $2', during(params)];
      if (filter !== null) conditions.push(versionCondition(filter, params));
      const batch = await this.database.query<TargetVersion>(
        `SELECT ${VERSION_COLUMNS} FROM target_version WHERE ${conditions.join(' AND ')} ORDER BY key, version`,
        params,
      );
      if (batch.length > 0) yield batch;
    }
  }
}
