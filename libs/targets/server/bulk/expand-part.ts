import type { Sql } from '@icmp-mon/platform/database';
import { executeMany, type ManyCommand } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import type { TargetEvent } from '@icmp-mon/targets/contract';
import { register, TARGET, type TargetState } from '../target';
import { NOT_AVAILABLE } from '../within-scope';
import { blockOf } from './address-block';
import { sortAddresses } from './block-places';
import { type BulkJobRow, jobMetadata } from './bulk-job-rows';
import { PART_TARGETS } from './bulk-selection';
import { PartTally } from './part-tally';

/**
 * Registers the addresses of one part of a block. Addresses that are already targets are skipped, and those outside of the job's scope fail.
 * @throws an error of the constraint on addresses when one was registered by others during the part; DomainError `invalid` when the tier was removed
 */
export async function runExpandPart(sql: Sql, job: BulkJobRow): Promise<PartTally> {
  const { expand } = job;
  if (expand === null) throw new Error('A job of kind expand contains no block.');
  const { tags = {}, tier } = expand;
  const { vrf, addresses } = blockOf(expand);
  const part = addresses(job.next_part * PART_TARGETS, PART_TARGETS);
  const { free, taken, outside, hidden } = await sortAddresses(sql, expand, vrf, part, job.scope);
  const keys = await newKeys(sql, free.length);
  const commands = free.map(({ ip, name }, at): ManyCommand<TargetState, TargetEvent> => {
    const target = { targetId: newId(), key: keys[at], ip, vrf, name, tags, tier };
    return { id: target.targetId, decide: (state) => register(state, target), expectedVersion: 0 };
  });
  const tally = new PartTally(job.scope);
  for (const target of taken) tally.addFailure(target, 'already_target');
  for (const target of outside) tally.addFailure(target, 'outside_scope');
  for (const target of hidden) tally.addRefused(target, NOT_AVAILABLE);
  for (const outcome of await executeMany(sql, TARGET, commands, jobMetadata(job))) {
    if ('refused' in outcome) throw outcome.refused;
    tally.addCreated();
  }
  return tally;
}

/** Takes keys for new targets. */
export async function newKeys(sql: Sql, count: number): Promise<number[]> {
  const rows = await sql.query<{ key: number }>(
    `SELECT nextval('target_key_seq')::integer AS key FROM generate_series(1, $1::integer)`,
    [count],
  );
  return rows.map(({ key }) => key);
}
