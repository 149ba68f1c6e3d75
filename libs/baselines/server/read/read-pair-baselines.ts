import { AgentDirectory, AgentSites } from '@icmp-mon/agents/contract';
import type { BaselineShift, CheckBaseline, PairBaselines } from '@icmp-mon/baselines/contract';
import type { Scope } from '@icmp-mon/identity/contract';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { HOUR_MS } from '@icmp-mon/platform/plugins';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { TierChecks } from '@icmp-mon/tiers/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type Level, thresholdsOf } from '../shard-runs/region-levels';
import { readTargetBaselines, type TargetBaselines } from './target-baselines';

/** Shifts of one pair that are shown. */
const SHIFTS_MAX = 100;
const PPM = 1_000_000;

/** Reads the usual round-trip times and losses of an agent and a target. */
export class ReadPairBaselines extends Query<PairBaselines> {
  constructor(
    readonly agentId: string,
    readonly targetRef: string,
    readonly vrf: string | undefined,
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(ReadPairBaselines)
export class ReadPairBaselinesHandler implements IQueryHandler<ReadPairBaselines> {
  constructor(
    private readonly telemetry: TelemetryDatabase,
    private readonly targets: TargetDirectory,
    private readonly tiers: TierChecks,
    private readonly sites: AgentSites,
    private readonly agents: AgentDirectory,
  ) {}

  /** @throws DomainError `not_found`, `ambiguous` */
  async execute({ agentId, targetRef, vrf, scope }: ReadPairBaselines): Promise<PairBaselines> {
    const { id: targetId, key, tier } = await this.targets.findRecorded(targetRef, vrf, scope);
    if (!(await this.sites.ofAgents([agentId])).has(agentId))
      throw new DomainError('not_found', `There is no agent ${agentId}. GET /api/v1/agents lists all.`);
    const regions = new Map((await this.agents.inService()).map(({ id, region }) => [id, region]));
    const known = await readTargetBaselines(this.telemetry, key);
    const checks = await this.tiers.checksOf(tier);
    return {
      agentId,
      targetId,
      checks: checks
        .filter(({ expect }) => expect === 'reachable')
        .map(({ check }) => checkBaseline({ agentId, key, check }, known, regions)),
      shifts: await this.shiftsOf(key, agentId),
    };
  }

  private async shiftsOf(key: number, agentId: string): Promise<BaselineShift[]> {
    const rows = await this.telemetry.query<
      Record<'b' | 'bs' | 'a' | 'as_us' | 'check', number> & { since: Date; at: Date }
    >(
      `SELECT check_no AS check, since, adopted_at AS at, before_median_us AS b, before_spread_us AS bs, after_median_us AS a,
         after_spread_us AS as_us FROM baseline_shift WHERE target_key = $1 AND agent_id = $2 ORDER BY since DESC LIMIT ${SHIFTS_MAX}`,
      [key, agentId],
    );
    return rows.map(({ check, since, at, b, bs, a, as_us }) => ({
      ...{ check, since: since.toISOString(), adoptedAt: at.toISOString() },
      before: { medianUs: b, spreadUs: bs },
      after: { medianUs: a, spreadUs: as_us },
    }));
  }
}

function checkBaseline(
  { agentId, key, check }: { agentId: string; key: number; check: number },
  known: readonly TargetBaselines[],
  regions: ReadonlyMap<string, string>,
): CheckBaseline {
  const of = known.find((each) => each.check === check);
  const own = of?.byAgent.get(agentId);
  const levels = new Map<string, Level>(of?.byAgent);
  const [threshold] = thresholdsOf({ key, agentIds: [agentId] }, check, levels, regions);
  if (threshold === undefined)
    return {
      ...{ check, source: 'tier', medianUs: null, spreadUs: null, lossFloorRatio: null, meanRun: null },
      ...{ samples: null, calculation: null },
    };
  const { medianUs, spreadUs, lossFloorPpm, meanRunCenti, samples } = threshold;
  return {
    ...{ check, source: own === undefined ? 'region' : 'pair', medianUs, spreadUs, samples },
    ...{ lossFloorRatio: lossFloorPpm / PPM, meanRun: meanRunCenti / 100 },
    calculation:
      of === undefined || own === undefined
        ? null
        : {
            ...{ computedAt: of.computedAt.toISOString(), run: of.run, hoursUsed: own.hoursUsed },
            ...{ from: new Date(own.fromMs).toISOString(), to: new Date(own.toMs + HOUR_MS).toISOString() },
            ...{ leftOut: own.leftOut, isKept: own.isKept },
          },
  };
}
