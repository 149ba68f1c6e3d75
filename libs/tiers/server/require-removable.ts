import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { lockStream, type ProjectedEvent, shareStreams, streamOf } from '@icmp-mon/platform/event-store';
import { TIER_STREAM, type TierEvent, type TierRemovalStarted, type TierRemoved } from '@icmp-mon/tiers/contract';
import { countTargets } from './tier-view';

/**
 * Refuses removals that would leave targets without a tier. It locks the tier: commands that give a target a tier hold a share of that
 * lock until they commit, so none of them is missed, and later ones see the tier as being removed.
 */
export async function requireRemovable(sql: Sql, events: readonly ProjectedEvent<TierEvent>[]): Promise<void> {
  for (const { type, data } of events) {
    if (type === 'TierRemovalStarted') await requireSuccessor(sql, data as TierRemovalStarted['data']);
    if (type === 'TierRemoved') await requireNoTargets(sql, (data as TierRemoved['data']).name);
  }
}

async function requireSuccessor(sql: Sql, { name, successor }: TierRemovalStarted['data']): Promise<void> {
  await lockStream(sql, streamOf(TIER_STREAM, name));
  await shareStreams(sql, TIER_STREAM, [successor]);
  const rows = await sql.query('SELECT FROM tier WHERE name = $1 AND name <> $2 AND successor IS NULL', [
    ...[successor, name],
  ]);
  if (rows.length === 0) {
    const detail = `"${successor}" cannot be the successor: it is not another tier, or is being removed itself.`;
    throw new DomainError('invalid', `${detail} GET /api/v1/tiers lists all tiers.`, [
      { pointer: '?successor', detail },
    ]);
  }
  await requireNoPredecessor(sql, name);
}

async function requireNoTargets(sql: Sql, name: string): Promise<void> {
  await lockStream(sql, streamOf(TIER_STREAM, name));
  const count = await countTargets(sql, name);
  if (count > 0) {
    const targets = count === 1 ? '1 target is' : `${count.toLocaleString('en')} targets are`;
    const remedy = `Name the tier to move to: DELETE /api/v1/tiers/${name}?successor=<tier>`;
    throw new DomainError('conflict', `${targets} in the tier "${name}". ${remedy}.`);
  }
  await requireNoPredecessor(sql, name);
}

async function requireNoPredecessor(sql: Sql, name: string): Promise<void> {
  const [row] = await sql.query<{ name: string }>('SELECT name FROM tier WHERE successor = $1 LIMIT 1', [name]);
  if (row === undefined) return;
  const detail = `The tier "${row.name}" is being removed and its targets move to "${name}". Remove "${name}" after that.`;
  throw new DomainError('conflict', detail);
}
