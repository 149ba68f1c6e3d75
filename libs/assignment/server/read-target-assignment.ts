import {
  type AssignedAgent,
  type PlacementReason,
  type TargetAssignment,
  targetPlacement,
} from '@icmp-mon/assignment/contract';
import type { Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { instantOf } from '@icmp-mon/platform/http';
import { InventoryHistory, TargetDirectory } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';

interface IntervalRow {
  since: Date;
  agents: AssignedAgent[];
  shortfall: PlacementReason | null;
  wanted: number | null;
  placed: number | null;
  paused: boolean;
}

/** Begins with the earliest of consecutive equal decisions: capacity may move a target away and back within a transaction. */
const INTERVAL = `
  WITH past AS (
    SELECT *, (selected, shortfall, wanted, placed, paused) AS decision FROM assignment_interval WHERE target_key = $1 AND since <= $2
  ), last AS (SELECT * FROM past ORDER BY since DESC LIMIT 1)
  SELECT last.shortfall, last.wanted, last.placed, last.paused,
    (SELECT min(since) FROM past WHERE since > coalesce(
      (SELECT max(other.since) FROM past AS other WHERE other.decision IS DISTINCT FROM last.decision), '-infinity')) AS since,
    (SELECT coalesce(json_agg(json_build_object('id', s.id, 'name', a.name, 'region', a.region, 'provider', a.provider) ORDER BY a.name, s.id), '[]')
     FROM unnest(last.selected) AS s (id) LEFT JOIN assignment_agent a USING (id)) AS agents
  FROM last WHERE last.selected IS NOT NULL`;

/** Reads which agents are or were selected for one target; without a time, the present. */
export class ReadTargetAssignment extends Query<TargetAssignment> {
  constructor(
    readonly ref: string,
    readonly vrf: string | undefined,
    readonly at: string | undefined,
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(ReadTargetAssignment)
export class ReadTargetAssignmentHandler implements IQueryHandler<ReadTargetAssignment> {
  constructor(
    private readonly targets: TargetDirectory,
    private readonly inventory: InventoryHistory,
    private readonly database: ControlDatabase,
  ) {}

  /** @throws DomainError `not_found`; `ambiguous`; `invalid` for a time that is not stored; `unavailable` while the inventory's history is behind */
  async execute({ ref, vrf, at: text, scope }: ReadTargetAssignment): Promise<TargetAssignment> {
    const now = new Date();
    const at = text === undefined ? now : new Date(instantOf('at', text, now.getTime()));
    const knownSince = await this.requireKnown(at);
    const target = await (text === undefined
      ? this.targets.findTarget(ref, vrf, scope)
      : this.inventory.findTargetAt(ref, vrf, at, scope));
    // The present is the latest decision, also if the database's clock is ahead.
    const [row] = await this.database.query<IntervalRow>(INTERVAL, [target.key, text === undefined ? 'infinity' : at]);
    const { shortfall, wanted, placed } = row ?? { shortfall: null, wanted: null, placed: null };
    return {
      ...{ targetId: target.id, ip: target.ip, vrf: target.vrf, at: at.toISOString() },
      since: row?.since.toISOString() ?? null,
      knownSince: knownSince.toISOString(),
      paused: row?.paused ?? false,
      agents: row?.agents ?? [],
      placement: shortfall && targetPlacement({ reason: shortfall, wanted: wanted ?? 0, placed: placed ?? 0 }),
    };
  }

  /** Returns since when decisions are known. @throws DomainError `invalid` for an earlier time */
  private async requireKnown(at: Date): Promise<Date> {
    const [{ since }] = await this.database.query<{ since: Date }>(
      'SELECT known_since AS since FROM assignment_horizon',
    );
    if (at >= since) return since;
    const detail = `at must not be before ${since.toISOString()}: earlier assignments are not stored.`;
    throw new DomainError('invalid', detail, [{ pointer: '?at', detail }]);
  }
}
