import type { Sql } from '@icmp-mon/platform/database';
import { executeMany, type ManyCommand } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import type { TargetEvent } from '@icmp-mon/targets/contract';
import { register, TARGET, type TargetState } from '../target';
import { blockOf } from './address-block';
import { type BulkJobRow, jobMetadata } from './bulk-job-rows';
import { PART_TARGETS } from './bulk-selection';
import { PartTally } from './part-tally';

/**
 * Registers the addresses of one part of a block. Addresses that are already targets are skipped.
 * @throws an error of the constraint on addresses when one was registered by others during the part; DomainError `invalid` when the tier was removed
 */
export async function runExpandPart(sql: Sql, job: BulkJobRow): Promise<PartTally> {
  const { expand } = job;
  if (expand === null) throw new Error('A job of kind expand contains no block.');
  const { tags = {}, tier } = expand;
  const { vrf, addresses } = blockOf(expand);
  const part = addresses(job.next_part * PART_TARGETS, PART_TARGETS);
  const ips = part.map(({ ip }) => ip);
  const taken = await takenAddresses(sql, vrf, ips);
  const free = part.filter(({ ip }) => !taken.has(ip));
  const keys = await newKeys(sql, free.length);
  const commands = free.map(({ ip, name }, at): ManyCommand<TargetState, TargetEvent> => {
    const target = { targetId: newId(), key: keys[at], ip, vrf, name, tags, tier };
    return { id: target.targetId, decide: (state) => register(state, target), expectedVersion: 0 };
  });
  const tally = new PartTally();
  for (const { ip } of part) {
    const target = taken.get(ip);
    if (target !== undefined) tally.addFailure({ ...target, ip, vrf }, 'already_target');
  }
  for (const outcome of await executeMany(sql, TARGET, commands, jobMetadata(job))) {
    if ('refused' in outcome) throw outcome.refused;
    tally.addCreated();
  }
  return tally;
}

/** Returns the targets that have one of these addresses, by address. */
export async function takenAddresses(
  sql: Sql,
  vrf: string,
  ips: readonly string[],
): Promise<Map<string, { id: string; name: string | null }>> {
  const rows = await sql.query<{ ip: string; id: string; name: string | null }>(
    'SELECT host(ip) AS ip, id, name FROM target_list WHERE vrf = $1 AND ip = ANY ($2::inet[])',
    [vrf, ips],
  );
  return new Map(rows.map(({ ip, id, name }) => [ip, { id, name }]));
}

/** Takes keys for new targets. */
export async function newKeys(sql: Sql, count: number): Promise<number[]> {
  const rows = await sql.query<{ key: number }>(
    `SELECT nextval('target_key_seq')::integer AS key FROM generate_series(1, $1::integer)`,
    [count],
  );
  return rows.map(({ key }) => key);
}
