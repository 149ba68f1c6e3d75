import type { Scope } from '@icmp-mon/identity/contract';
import { AgentReports } from '@icmp-mon/agents/contract';
import { AssignmentDirectory } from '@icmp-mon/assignment/contract';
import { TargetsInMaintenance } from '@icmp-mon/maintenance/contract';
import {
  type Judged,
  JudgedTargets,
  type Status,
  type StatusReason,
  type TargetStatusView,
  type Verdict,
  type Votes,
} from '@icmp-mon/status/contract';
import { TargetDirectory, type TargetReference } from '@icmp-mon/targets/contract';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';

interface StatusRow {
  status: Status;
  reason: StatusReason;
  since: Date;
  last_success_at: Date | null;
  votes: Votes;
}

interface VerdictRow {
  agent_id: string;
  agent_name: string | null;
  check_no: number;
  verdict: Verdict;
  reason: StatusReason | null;
  since: Date | null;
}

const VERDICTS = `
  SELECT v.agent_id, a.name AS agent_name, v.check_no, v.verdict, v.reason, v.since
  FROM agent_verdict v LEFT JOIN agent_no a ON a.agent_id = v.agent_id
  WHERE v.target_key = $1 ORDER BY a.name, v.agent_id, v.check_no`;

/**
 * Time of the latest reply. The status row stores the last success only at status changes; later ones are in the results. The newest window
 * with a reply is sufficient.
 */
const LATEST_REPLY = `
  SELECT max(r.at) AS at FROM probe_result r
  WHERE r.target_key = $1 AND r.outcome = 'reply' AND r.window_start =
    (SELECT w.window_start FROM probe_window w
     WHERE w.target_key = $1 AND w.replied > 0 AND w.window_start >= now() - interval '1 hour'
     ORDER BY w.window_start DESC LIMIT 1)`;

/** Reads the current status of one target, by its id or address; the VRF selects among several targets with the address. */
export class ReadTargetStatus extends Query<TargetStatusView> {
  constructor(
    readonly ref: string,
    readonly vrf: string | undefined,
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(ReadTargetStatus)
export class ReadTargetStatusHandler implements IQueryHandler<ReadTargetStatus> {
  constructor(
    private readonly targets: TargetDirectory,
    private readonly database: TelemetryDatabase,
    private readonly judged: JudgedTargets,
    private readonly assignments: AssignmentDirectory,
    private readonly reports: AgentReports,
    private readonly maintenance: TargetsInMaintenance,
  ) {}

  /** @throws DomainError `not_found`; `ambiguous` with the candidates */
  async execute({ ref, vrf, scope }: ReadTargetStatus): Promise<TargetStatusView> {
    const target = await this.targets.findTarget(ref, vrf, scope);
    // Read before the rows, so that the rows are at least as new.
    const judged = await this.judged.now();
    const marks = await this.maintenance.byKeys([target.key]);
    const [[status], verdicts, [reply], refusedBy] = await Promise.all([
      this.database.query<StatusRow>(
        'SELECT status, reason, since, last_success_at, votes FROM target_status WHERE target_key = $1',
        [target.key],
      ),
      this.database.query<VerdictRow>(VERDICTS, [target.key]),
      this.database.query<{ at: Date | null }>(LATEST_REPLY, [target.key]),
      this.assignments.refusedBy(target.key),
    ]);
    const detailOf = await this.detailsOf(verdicts, scope);
    const view: TargetStatusView = {
      targetId: target.id,
      ip: target.ip,
      vrf: target.vrf,
      status: status?.status ?? 'unknown',
      reason: status?.reason ?? null,
      since: iso(status?.since),
      lastSuccessAt: iso(later(status?.last_success_at, reply?.at)),
      votes: status?.votes ?? null,
      agents: verdicts.map((row) => ({
        agentId: row.agent_id,
        agentName: row.agent_name ?? row.agent_id,
        check: row.check_no,
        verdict: row.verdict,
        reason: row.reason,
        since: iso(row.since),
        detail: detailOf(row),
      })),
      refusedBy,
      maintenance: marks.get(target.key) ?? null,
      asOf: judged.asOf(target.key),
    };
    return judged.covers(target) ? view : notJudged(view, target, judged);
  }

  /** Reads the agents' reports only if an agent itself is the reason for a missing verdict, and not for a caller with a scope. */
  private async detailsOf(verdicts: readonly VerdictRow[], scope: Scope): Promise<(row: VerdictRow) => string | null> {
    const isAsked =
      scope === null && verdicts.some(({ reason }) => reason === 'agent_lost' || reason === 'agent_unable');
    const reports = new Map(
      (isAsked ? await this.reports.latestReports() : []).map((report) => [report.agentId, report]),
    );
    return ({ agent_id: agentId, reason }) => {
      const report = reports.get(agentId);
      if (reason === 'agent_refuses') return 'its policy file refuses the address';
      if (scope !== null) return null;
      if (reason === 'agent_unable') return report?.trouble ?? null;
      if (reason !== 'agent_lost') return null;
      return report === undefined ? 'no report yet' : `no report since ${new Date(report.receivedAtMs).toISOString()}`;
    };
  }
}

/** Shows the votes and verdicts of an out-of-date shard as unknown. */
function notJudged(view: TargetStatusView, target: TargetReference, judged: Judged): TargetStatusView {
  const { votes } = view;
  return {
    ...view,
    ...judged.shown(target, view),
    votes: votes && { ...votes, up: 0, degraded: 0, down: 0, unknown: votes.selected },
    agents: view.agents.map((agent) => ({
      ...agent,
      verdict: 'unknown',
      reason: 'not_judged',
      since: judged.asOf(target.key),
    })),
  };
}

function later(a: Date | null | undefined, b: Date | null | undefined): Date | null {
  if (!a || !b) return a ?? b ?? null;
  return a > b ? a : b;
}

function iso(at: Date | null | undefined): string | null {
  return at?.toISOString() ?? null;
}
