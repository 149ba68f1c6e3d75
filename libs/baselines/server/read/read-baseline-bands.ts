import { AgentSites } from '@icmp-mon/agents/contract';
import { type BaselineBands, RECALCULATION_LIMITS } from '@icmp-mon/baselines/contract';
import type { Scope } from '@icmp-mon/identity/contract';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { rangeOf } from '@icmp-mon/platform/http';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { leadingCheck, TierChecks } from '@icmp-mon/tiers/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';

const PPM = 1_000_000;
/** The number that a tier's only check usually has; for a tier that no longer has checks. */
const CHECK_DEFAULT = 1;

export interface AskedBands {
  from: string;
  to?: string;
  check?: number;
  vrf?: string;
}

interface ChangeRow {
  agent_id: string;
  at: Date;
  median_us: number;
  spread_us: number;
  loss_floor_ppm: number;
}

/** The usual round-trip times of a target over a time, by agent. */
export class ReadBaselineBands extends Query<BaselineBands> {
  constructor(
    readonly ref: string,
    readonly asked: AskedBands,
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(ReadBaselineBands)
export class ReadBaselineBandsHandler implements IQueryHandler<ReadBaselineBands> {
  constructor(
    private readonly telemetry: TelemetryDatabase,
    private readonly targets: TargetDirectory,
    private readonly tiers: TierChecks,
    private readonly sites: AgentSites,
  ) {}

  /** @throws DomainError `invalid` (range), `not_found`, `ambiguous` */
  async execute({ ref, asked, scope }: ReadBaselineBands): Promise<BaselineBands> {
    const { fromMs, toMs } = rangeOf(asked, { nowMs: Date.now() });
    const { id: targetId, key, tier } = await this.targets.findRecorded(ref, asked.vrf, scope);
    const check = asked.check ?? leadingCheck(await this.tiers.checksOf(tier))?.check ?? CHECK_DEFAULT;
    const [from, to] = [new Date(fromMs), new Date(toMs)];
    const rows = await this.telemetry.query<ChangeRow>(
      `SELECT * FROM (
         (SELECT DISTINCT ON (agent_id) agent_id::text AS agent_id, at, median_us, spread_us, loss_floor_ppm FROM baseline_change
          WHERE target_key = $1 AND check_no = $2 AND at <= $3 ORDER BY agent_id, at DESC)
         UNION ALL
         (SELECT agent_id::text, at, median_us, spread_us, loss_floor_ppm FROM baseline_change
          WHERE target_key = $1 AND check_no = $2 AND at > $3 AND at < $4 ORDER BY at LIMIT $5)) c
       ORDER BY agent_id, at`,
      [key, check, from, to, RECALCULATION_LIMITS.points + 1],
    );
    const names = await this.sites.ofAgents([...new Set(rows.map(({ agent_id: id }) => id))]);
    const agents: BaselineBands['agents'] = [];
    for (const { agent_id: agentId, at, median_us: medianUs, spread_us: spreadUs, loss_floor_ppm: ppm } of rows) {
      if (agents.at(-1)?.agentId !== agentId)
        agents.push({ agentId, agentName: names.get(agentId)?.name ?? null, points: [] });
      agents.at(-1)?.points.push({ at: at.toISOString(), medianUs, spreadUs, lossFloorRatio: ppm / PPM });
    }
    const complete = rows.length <= RECALCULATION_LIMITS.points;
    return { targetId, check, from: from.toISOString(), to: to.toISOString(), agents, complete };
  }
}
