import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { executeMany } from '@icmp-mon/platform/event-store';
import { type BulkTarget, type FilteredTarget, scopePredicate, type TargetEvent } from '@icmp-mon/targets/contract';
import { change, remove, TARGET, type TargetState } from '../target';
import { type BulkJobRow, jobMetadata } from './bulk-job-rows';
import { patchOf } from './bulk-patch';
import { isStillSelected } from './bulk-selection';
import { PartTally } from './part-tally';
import { neededTargets } from './removal-order';
import { withinScope } from '../within-scope';

interface StoredPart {
  ids: string[];
  versions: number[];
  ips: string[];
  vrfs: string[];
}

type CurrentTarget = Omit<FilteredTarget, 'agents' | 'placement' | 'maintenance'> & { id: string; version: number };

/**
 * Changes or removes the targets of one part. A target whose version differs from that at the acceptance of the job was changed by others:
 * it is changed only if the filter still selects it. A target that left the scope of the job is treated like a removed one.
 * @throws DomainError `precondition_failed`, VersionConflict when a target was changed during the part; `invalid` when the tier was removed
 */
export async function runChangePart(sql: Sql, job: BulkJobRow): Promise<PartTally> {
  const tally = new PartTally(job.scope);
  const selected = await selectedTargets(sql, job, tally);
  const needed = job.kind === 'remove' ? await neededTargets(sql, selected) : new Set<string>();
  for (const target of selected) if (needed.has(target.id)) tally.addFailure(named(target), 'has_dependents');
  const changing = selected.filter(({ id }) => !needed.has(id));
  const decide = decisionOf(job);
  const commands = changing.map(({ id, version }) => ({ id, decide, expectedVersion: version }));
  const outcomes = await executeMany(sql, TARGET, commands, jobMetadata(job));
  for (const [at, outcome] of outcomes.entries()) {
    if ('refused' in outcome) addRefusal(tally, named(changing[at]), outcome.refused);
    else if (outcome.appended === 0) tally.addUnchanged();
    else tally.addChanged();
  }
  return tally;
}

/** Returns the targets of the part that exist and are still selected; the others are counted. */
async function selectedTargets(sql: Sql, job: BulkJobRow, tally: PartTally): Promise<CurrentTarget[]> {
  const { ids, versions, ips, vrfs } = await readPart(sql, job);
  const current = await readTargets(sql, ids);
  const isSelected = isStillSelected(job.filter);
  const isInScope = scopePredicate(job.scope);
  const selected: CurrentTarget[] = [];
  for (const [at, id] of ids.entries()) {
    const target = current.get(id);
    if (target === undefined || !isInScope(target))
      tally.addFailure({ id, ip: ips[at], vrf: vrfs[at], name: null }, 'removed');
    else if (
      target.version === versions[at] ||
      isSelected({ ...target, agents: null, placement: undefined, maintenance: undefined })
    )
      selected.push(target);
    else tally.addFailure(named(target), 'no_longer_matches');
  }
  return selected;
}

async function readPart(sql: Sql, { id, next_part }: BulkJobRow): Promise<StoredPart> {
  const [part] = await sql.query<StoredPart>(
    'SELECT ids, versions, ips, vrfs FROM bulk_job_part WHERE job_id = $1 AND nr = $2',
    [id, next_part],
  );
  if (part === undefined) throw new Error(`Part ${next_part} of bulk job ${id} is missing.`);
  return part;
}

/** Every member that a filter compares, because `isStillSelected` is decided by them. */
const COMPARED = `host(ip) AS ip, vrf, name, tags, tier, status, owner, paused,
  (SELECT coalesce(json_agg(json_build_object('ip', host(parent.ip))), '[]')
   FROM target_list parent WHERE parent.id = ANY (target_list.parents)) AS parents`;

async function readTargets(sql: Sql, ids: readonly string[]): Promise<Map<string, CurrentTarget>> {
  const rows = await sql.query<CurrentTarget>(
    `SELECT id, version, ${COMPARED} FROM target_list WHERE id = ANY ($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

function decisionOf({ kind, change: asked, scope }: BulkJobRow): (state: TargetState) => TargetEvent[] {
  if (kind === 'remove') return withinScope(scope, remove);
  if (asked === null) throw new Error('A job of kind change contains no change.');
  const patch = patchOf(asked);
  return withinScope(scope, (state) => change(state, patch));
}

const named = ({ id, ip, vrf, name }: CurrentTarget): BulkTarget => ({ id, ip, vrf, name });

function addRefusal(tally: PartTally, target: BulkTarget, error: unknown): void {
  if (!(error instanceof DomainError) || error.code === 'precondition_failed') throw error;
  const ofTags = error.errors?.some(({ pointer }) => pointer === '#/tags') ?? false;
  if (error.code === 'forbidden') tally.addFailure(target, 'outside_scope');
  else if (ofTags) tally.addFailure(target, 'too_many_tags');
  else tally.addRefused(target, error.detail);
}
