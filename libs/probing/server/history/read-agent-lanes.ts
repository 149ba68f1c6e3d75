import type { Scope } from '@icmp-mon/identity/contract';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { rangeOf } from '@icmp-mon/platform/http';
import type { AgentLanesPage } from '@icmp-mon/probing/contract';
import { decodeSeriesBody } from '@icmp-mon/probing/wire';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { StoredAgents } from '../results/stored-agents';
import { TargetChecks } from '../target-checks';
import { LaneBuilder, laneFrame } from './agent-lanes';
import { OF_CHECKS, parametersOf } from './window-figures';

const HOUR_MS = 3_600_000;
/** Longest range: two days of five-minute windows are 577 rows per check. */
const RANGE_MS_MAX = 48 * HOUR_MS;

const BODIES = `
  SELECT window_start AS "windowStart", body FROM probe_window
  WHERE target_key = $1 AND window_start >= $2 AND window_start < $3 AND ${OF_CHECKS}`;

/** Reads loss and latency of a target by agent, in windows of equal length. */
export class ReadAgentLanes extends Query<AgentLanesPage> {
  constructor(
    readonly ref: string,
    readonly asked: { from: string; to?: string; vrf?: string; check?: number },
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(ReadAgentLanes)
export class ReadAgentLanesHandler implements IQueryHandler<ReadAgentLanes> {
  constructor(
    private readonly targets: TargetDirectory,
    private readonly database: TelemetryDatabase,
    private readonly checks: TargetChecks,
    private readonly agents: StoredAgents,
  ) {}

  /** @throws DomainError `invalid` (range), `not_found`, `ambiguous` */
  async execute({ ref, asked, scope }: ReadAgentLanes): Promise<AgentLanesPage> {
    const range = rangeOf(asked, { nowMs: Date.now() });
    if (range.toMs - range.fromMs > RANGE_MS_MAX) {
      const detail = 'from must be at most 2 days before to: results by agent are shown for at most 2 days.';
      throw new DomainError('invalid', detail, [{ pointer: '?from', detail }]);
    }
    const { key, tier } = await this.targets.findRecorded(ref, asked.vrf, scope);
    const only =
      asked.check === undefined ? { besides: (await this.checks.ofTier(tier)).besides } : { check: asked.check };
    const frame = laneFrame(range);
    const whole = { fromMs: frame.fromMs, toMs: frame.fromMs + frame.windows * frame.windowMs };
    const rows = await this.database.query<{ windowStart: Date; body: Buffer }>(
      BODIES,
      parametersOf({ key, ...only }, whole),
    );
    const builder = new LaneBuilder(frame);
    for (const { windowStart, body } of rows) builder.addSamples(windowStart.getTime(), decodeSeriesBody(body));
    const lanes = builder.build();
    await this.agents.loadAgents(lanes.map(({ agentNo }) => agentNo));
    return {
      from: new Date(frame.fromMs).toISOString(),
      windowMs: frame.windowMs,
      windows: frame.windows,
      agents: lanes
        .map(({ agentNo, ...figures }) => ({ ...this.agents.agentOf(agentNo), ...figures }))
        .sort((a, b) => a.agentName.localeCompare(b.agentName)),
    };
  }
}
