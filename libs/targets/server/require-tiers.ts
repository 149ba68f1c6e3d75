import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { type ProjectedEvent, shareStreams } from '@icmp-mon/platform/event-store';
import type { TargetEvent, TargetRegistered } from '@icmp-mon/targets/contract';
import { TIER_STREAM } from '@icmp-mon/tiers/contract';

/**
 * Refuses targets whose tier does not exist or is being removed, except that a target keeps the tier that it has. The tiers are locked against
 * removal until the transaction ends.
 */
export async function requireTiers(sql: Sql, events: readonly ProjectedEvent<TargetEvent>[]): Promise<void> {
  const given = events.flatMap(({ type, data, stream, version }) =>
    type === 'TargetRemoved' || type === 'TargetErased'
      ? []
      : [{ stream, version, tier: (data as TargetRegistered['data']).tier }],
  );
  const names = [...new Set(given.map(({ tier }) => tier))];
  if (names.length === 0) return;
  await shareStreams(sql, TIER_STREAM, names);
  const rows = await sql.query<{ name: string }>('SELECT name FROM tier WHERE name = ANY ($1) AND successor IS NULL', [
    names,
  ]);
  const usable = new Set(rows.map(({ name }) => name));
  const doubtful = given.filter(({ tier }) => !usable.has(tier));
  if (doubtful.length === 0) return;
  const refused = await sql.query<{ tier: string }>(
    `SELECT given.tier FROM jsonb_to_recordset($1::jsonb) AS given (stream text, version bigint, tier text)
     LEFT JOIN event before ON before.stream = given.stream AND before.version = given.version - 1
     WHERE before.data->>'tier' IS DISTINCT FROM given.tier LIMIT 1`,
    [JSON.stringify(doubtful)],
  );
  if (refused.length === 0) return;
  const detail = `The tier "${refused[0].tier}" was removed, or is being removed. GET /api/v1/tiers lists the others.`;
  throw new DomainError('invalid', detail, [{ pointer: '#/tier', detail }]);
}
