import type { Scope } from '@icmp-mon/identity/contract';
import { AgentTargets, TargetPlacements } from '@icmp-mon/assignment/contract';
import { TargetsInMaintenance } from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { JudgedTargets } from '@icmp-mon/status/contract';
import {
  BULK_SAMPLE,
  type BulkChange,
  type BulkChangeRequest,
  type BulkPreview,
  type BulkTarget,
} from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Filter } from '../target-list/list-filter';
import { TierNames } from '../tier-names';
import { requireConsistent, tooManyTagsCondition, unchangedConditions } from './bulk-patch';
import { reasonText } from './bulk-reasons';
import { leavesScopeCondition } from './scope-after-change';
import { selectionOf } from './bulk-selection';
import { neededByOthers } from './removal-order';

type PreviewReason = 'unchanged' | 'outside_scope' | 'too_many_tags' | 'has_dependents';

interface Group {
  /** Null for the targets that would be changed. */
  reason: PreviewReason | null;
  count: number;
  /** How many of these each member of the change changes, in the order of `previewStatement`. */
  members: number[];
  sample: BulkTarget[];
}

/** Reads what a bulk change would do: counts, and the first targets. */
export class ReadBulkPreview extends Query<BulkPreview> {
  constructor(
    readonly request: BulkChangeRequest,
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(ReadBulkPreview)
export class ReadBulkPreviewHandler implements IQueryHandler<ReadBulkPreview> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly tiers: TierNames,
    private readonly judged: JudgedTargets,
    private readonly agentTargets: AgentTargets,
    private readonly placements: TargetPlacements,
    private readonly maintenance: TargetsInMaintenance,
  ) {}

  /** @throws DomainError `invalid` (filter, change) */
  async execute({ request, scope }: ReadBulkPreview): Promise<BulkPreview> {
    requireConsistent(request);
    if (request.change?.tier !== undefined) await this.tiers.requireTier(request.change.tier, '#/change/tier');
    const { agentTargets, placements, maintenance } = this;
    const context = { judged: await this.judged.now(), agentTargets, placements, maintenance };
    const selection = selectionOf(request, context, scope);
    const { text, params, members } = previewStatement(selection, request.change, scope);
    const groups = await this.database.query<Group>(text, params);
    const changing = groups.find(({ reason }) => reason === null);
    return {
      count: groups.reduce((sum, { count }) => sum + count, 0),
      changes: changing?.count ?? 0,
      members: members.map((member, at) => ({ member, changes: changing?.members[at] ?? 0 })),
      sample: changing?.sample ?? [],
      skipped: groups.flatMap(({ reason, count, sample }) =>
        reason === null ? [] : [{ reason, text: reasonText(reason, scope), count, sample }],
      ),
    };
  }
}

/** Returns the SQL of the groups: one scan classifies the selected targets, and only those of the samples are read in full. */
function previewStatement({ conditions, params: given }: Filter, change: BulkChange | undefined, scope: Scope) {
  const params = [...given];
  const selected = conditions.join(' AND ');
  const unchanged = change === undefined ? new Map<keyof BulkChange, string>() : unchangedConditions(change, params);
  const changed = [...unchanged.values()].map((condition, at) => `, NOT (${condition}) AS member_${at}`);
  const counts = changed.map((_, at) => `count(*) FILTER (WHERE member_${at})`);
  const reason =
    change === undefined
      ? `CASE WHEN id IN (SELECT id FROM needed) THEN 'has_dependents' END`
      : `CASE WHEN ${[...unchanged.values()].join(' AND ')} THEN 'unchanged'
              ${scope === null ? '' : `WHEN ${leavesScopeCondition(change, scope, params)} THEN 'outside_scope'`}
              WHEN ${tooManyTagsCondition(change, params)} THEN 'too_many_tags' END`;
  const text = `
    WITH RECURSIVE ${change === undefined ? `needed AS (${neededByOthers(selected)}),` : ''}
      chosen AS (SELECT key, ${reason} AS reason${changed.join('')} FROM target_list WHERE ${selected}),
      groups AS (
        SELECT reason, count(*) AS count, ARRAY[${counts.join(', ')}]::integer[] AS members,
          (array_agg(key ORDER BY key))[1:${BULK_SAMPLE}] AS keys FROM chosen GROUP BY reason)
    SELECT reason, count, members, (
        SELECT jsonb_agg(jsonb_build_object('id', id, 'ip', host(ip), 'vrf', vrf, 'name', name) ORDER BY key)
        FROM target_list WHERE key = ANY (groups.keys)) AS sample
    FROM groups ORDER BY count DESC, reason`;
  return { text, params, members: [...unchanged.keys()] };
}
