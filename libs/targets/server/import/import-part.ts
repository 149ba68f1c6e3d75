import type { Scope } from '@icmp-mon/identity/contract';
import type { Sql } from '@icmp-mon/platform/database';
import type { ManyCommand } from '@icmp-mon/platform/event-store';
import type { ImportOrder, TargetEvent } from '@icmp-mon/targets/contract';
import { type BulkJobRow, jobMetadata } from '../bulk/bulk-job-rows';
import { newKeys } from '../bulk/expand-part';
import { PartTally } from '../bulk/part-tally';
import { lockDependencies } from '../dependencies';
import { register, replace, type TargetState } from '../target';
import { decideLine, type LineDecision } from './decide-line';
import { executeLines, isRefusal } from './execute-lines';
import { type LineResult, nextLines, storeResults, type WaitingLine } from './import-rows';
import { currentTargets, placeKey, usableTiers } from './known-targets';
import { PlannedParents } from './planned-parents';
import { prepareLines } from './prepare-lines';
import { ScopedLines } from './scoped-lines';
import { detailInScope, withinScope } from '../within-scope';
import { SourcedLines } from '../sources/sourced-lines';

type Writing = Extract<LineDecision, { outcome: 'created' | 'changed' }>;

/**
 * Runs one part of an import: its preparation, or the next lines. Each line takes effect as a whole or is refused. A dry run decides in the same
 * way, and stores only the results of its lines.
 * @throws DomainError `precondition_failed`, VersionConflict, or an error of the constraint on addresses, when others changed a target during the part
 */
export async function runImportPart(sql: Sql, job: BulkJobRow): Promise<PartTally> {
  const { id, import: order } = job;
  if (order === null) throw new Error('A job of kind import contains no order.');
  const tally = new PartTally(job.scope);
  if (job.next_part === 0) {
    tally.counts.failed += await prepareLines(sql, id);
    tally.isLast = false;
    return tally;
  }
  const lines = await nextLines(sql, id);
  const sourced = order.source === undefined ? null : await SourcedLines.readSource(sql, order.source);
  const decisions = await decideLines(sql, id, lines, { order, sourced, scope: job.scope });
  const results = order.dryRun ? decisions.map(resultOf) : await takeEffect(sql, job, decisions);
  await storeResults(sql, id, results);
  if (!order.dryRun) await sourced?.recordResults(sql, lines, results);
  for (const { outcome } of results) tally.addLine(outcome);
  tally.isLast = lines.length === 0;
  return tally;
}

async function decideLines(
  sql: Sql,
  fileId: string,
  lines: readonly WaitingLine[],
  { order: { mode, dryRun }, sourced, scope }: { order: ImportOrder; sourced: SourcedLines | null; scope: Scope },
): Promise<LineDecision[]> {
  const names = [...new Set(lines.flatMap(({ members }) => members.tier ?? []))];
  const usable = await usableTiers(sql, names);
  // The targets are read after both locks, so that what is decided still holds when the events are appended.
  if (!dryRun && lines.some(({ members }) => members.parents !== undefined)) await lockDependencies(sql);
  const current = await currentTargets(sql, lines);
  await sourced?.readOwners(sql, current.values());
  const planned = await PlannedParents.readAbove(sql, lines, dryRun ? fileId : null);
  const scoped = scope === null ? null : await ScopedLines.readHidden(sql, scope, current.values(), planned.knownIds());
  const tierNames = names.every((name) => usable.has(name)) ? [] : await allTiers(sql);
  const parentOf: PlannedParents['parentOf'] = (reference, vrf) => planned.parentOf(reference, vrf);
  return lines.map((line) => {
    const context = { mode, current: current.get(placeKey(line)), usable, tierNames, parentOf };
    const decision = (sourced ?? scoped)?.decideLine(line, context) ?? decideLine(line, context);
    const checked = planned.addDecision(decision);
    return scoped === null ? checked : ScopedLines.withoutNames(decision, checked);
  });
}

async function allTiers(sql: Sql): Promise<string[]> {
  const rows = await sql.query<{ name: string }>(
    'SELECT name FROM tier WHERE successor IS NULL ORDER BY name LIMIT 1000',
  );
  return rows.map(({ name }) => name);
}

async function takeEffect(sql: Sql, job: BulkJobRow, decisions: readonly LineDecision[]): Promise<LineResult[]> {
  const writing = decisions.filter((each): each is Writing => each.outcome === 'created' || each.outcome === 'changed');
  const keys = await newKeys(sql, writing.filter(({ outcome }) => outcome === 'created').length);
  const commands = writing.map((decision) => commandOf(decision, keys, job.scope));
  const outcomes = await executeLines(sql, commands, jobMetadata(job));
  const refusals = new Map<number, string>();
  for (const [at, outcome] of outcomes.entries()) {
    if (!('refused' in outcome)) continue;
    if (!isRefusal(outcome.refused)) throw outcome.refused;
    refusals.set(writing[at].line, detailInScope(job.scope, outcome.refused));
  }
  return decisions.map((decision) => {
    const reason = refusals.get(decision.line);
    return reason === undefined ? resultOf(decision) : { line: decision.line, outcome: 'refused', field: null, reason };
  });
}

function commandOf(decision: Writing, keys: number[], scope: Scope): ManyCommand<TargetState, TargetEvent> {
  const { targetId: id } = decision.target;
  if (decision.outcome === 'created') {
    const target = { ...decision.target, key: keys.shift() ?? missingKey() };
    return { id, decide: withinScope(scope, (state) => register(state, target)), expectedVersion: 0 };
  }
  const { name, tags, tier, paused, parents, notes, owner } = decision.target;
  const members = { name, tags, tier, paused, parents, notes, owner };
  return { id, decide: withinScope(scope, (state) => replace(state, members)), expectedVersion: decision.version };
}

function missingKey(): never {
  throw new Error('There are fewer keys than new targets.');
}

function resultOf(decision: LineDecision): LineResult {
  const { line, outcome } = decision;
  switch (decision.outcome) {
    case 'created':
      return { line, outcome, target_id: decision.target.targetId, parents: decision.target.parents };
    case 'changed': {
      const { target, changes, setsParents } = decision;
      return { line, outcome, target_id: target.targetId, changes, ...(setsParents && { parents: target.parents }) };
    }
    case 'unchanged':
      return { line, outcome, target_id: decision.targetId };
    case 'refused':
      return { line, outcome, field: decision.fault.column, reason: decision.fault.reason };
  }
}
