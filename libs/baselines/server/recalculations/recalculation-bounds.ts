import { type RecalculateRequest, RECALCULATION_LIMITS } from '@icmp-mon/baselines/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { shardOf } from '@icmp-mon/probing/contract';

/** Returns the shards of a request. @throws DomainError `invalid` */
export function shardsOf(
  { shards, targets }: RecalculateRequest,
  keys: readonly number[],
  shardCount: number,
): number[] {
  if (shards !== undefined && targets !== undefined)
    throw new DomainError('invalid', 'Give shards or targets, not both.');
  const wrong = shards?.find((shard) => shard >= shardCount);
  if (wrong !== undefined)
    throw new DomainError('invalid', `There is no shard ${wrong}: they are numbered from 0 to ${shardCount - 1}.`);
  if (targets !== undefined) return [...new Set(keys.map((key) => shardOf(key, shardCount)))];
  return [...new Set(shards ?? Array.from({ length: shardCount }, (_, shard) => shard))];
}

/** @throws DomainError `too_many_requests` */
export async function requirePlace(sql: Sql): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', ['baseline_job']);
  const rows = await sql.query('SELECT FROM baseline_job WHERE finished_at IS NULL');
  if (rows.length < RECALCULATION_LIMITS.unfinished) return;
  throw new DomainError(
    'too_many_requests',
    `${rows.length} recalculations wait or run already. Wait for one of them.`,
  );
}
