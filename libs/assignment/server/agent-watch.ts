import { type AgentReport, AgentReports } from '@icmp-mon/agents/contract';
import type { TierPolicy } from '@icmp-mon/tiers/contract';
import type { ControlDatabase, Sql } from '@icmp-mon/platform/database';
import { byLease, Leader, type LeaseTerm } from '@icmp-mon/platform/leases';
import { pause } from '@icmp-mon/platform/concurrency';
import { createLogger } from '@icmp-mon/platform/ops';
import {
  type Condition,
  decideConditions,
  type Decision,
  holdDownMs,
  isSilent,
  type Outcome,
  type Watch,
} from './agent-conditions';
import { agentConditions, evaluationSeconds, holdingGauge, movedTargets } from './assignment-metrics';
import { appendAgentFacts, lastDecisions, writeDecisions } from './condition-log';
import { TargetEvaluation } from './evaluate-targets';
import { lockFeed } from './feed-writer';

const LEASE = 'assignment-watch';
const LOOK_MS = 2_000;
/** A process decides against an agent only after this time, in which it would have seen three of its reports. */
const SEEN_MS_MIN = 20_000;
/** A gap of more than this between two checks means that no watch was running. */
const AWAY_MS = 60_000;
/** Reported trouble lasts until reports were free of it for this long (three reports). */
const TROUBLE_LINGERS_MS = 15_000;
/** Reports that are unread for this long mean that the reader is at fault, not the agents. */
const UNREAD_MS = 10_000;

export interface AgentWatchOptions {
  database: ControlDatabase;
  reports: AgentReports;
  shardCount: number;
  /** Longest hold-down of any tier, in ms. */
  holdDownMaxMs: number;
  /** Time between two checks in ms; 2 s unless set. */
  lookMs?: number;
  /** See `SEEN_MS_MIN`; 20 s unless set. */
  seenMsMin?: number;
}

interface AgentRow {
  agentId: string;
  knownSinceMs: number;
}

interface WatchRow {
  nowMs: number;
  lookedAtMs: number;
  releasedAtMs: number;
  holding: string | null;
}

/**
 * Watches which agents report and can probe, and moves targets away from the others. Decides with `decideConditions`, stores each
 * decision with its cause, and evaluates the affected targets in the same transaction.
 *
 * Invariants:
 * - One leader: a lease lets only one watch decide at a time.
 * - No hidden state: decisions and the release time are rows, so another worker continues after a takeover. Only the arrival times
 *   and the lingering trouble of reports are in memory, so a new leader decides nothing against an agent for `SEEN_MS_MIN`.
 * - Optimistic: decisions are written only if the stored ones are still those of the read; otherwise the next check decides again.
 */
export class AgentWatch {
  private readonly logger = createLogger('assignment-watch');
  private readonly leader: Leader<LeaseTerm>;
  private readonly heard = new Map<string, { receivedAtMs: number; heardAtMs: number }>();
  private readonly troubled = new Map<string, { trouble: string; untilMs: number }>();
  private watchingSinceMs = 0;

  constructor(private readonly options: AgentWatchOptions) {
    this.leader = new Leader(byLease(options.database, LEASE), (_term, lost) => this.run(lost));
  }

  start(): void {
    this.leader.start();
  }

  async stop(): Promise<void> {
    await this.leader.stop();
  }

  private async run(lost: AbortSignal): Promise<void> {
    this.watchingSinceMs = performance.now();
    this.heard.clear();
    this.troubled.clear();
    while (!lost.aborted) {
      try {
        await this.look(lost);
      } catch (error) {
        this.logger.warn({ err: error }, 'agent check failed, will retry');
      }
      await pause(this.options.lookMs ?? LOOK_MS, lost);
    }
    holdingGauge.set(0);
  }

  /** Runs one check: reads reports, decides conditions, and applies the decisions. */
  async look(lost?: AbortSignal): Promise<void> {
    const { database, reports } = this.options;
    const watch = await this.readWatch(database, await reports.latest());
    const anySilent = watch.agents.some((agent) => agent.heardAtMs !== null && isSilent(agent, watch.nowMs));
    if (anySilent) watch.blind = blindness(await reports.unread(UNREAD_MS));
    const outcome = decideConditions(watch);
    const { holding } = await this.noteLook(database, watch, outcome);
    observe(watch, outcome);
    const isFirstLook = performance.now() - this.watchingSinceMs < (this.options.seenMsMin ?? SEEN_MS_MIN);
    const wanted = outcome.decisions.filter(({ condition }) => !isFirstLook || condition === 'ok');
    if (holding !== outcome.holding) this.logHolding(outcome.holding);
    if (wanted.length === 0 || lost?.aborted) return;
    await database.transaction(async (sql) => {
      await lockFeed(sql);
      const current = await lastDecisions(sql);
      const isCurrent = watch.agents.every(({ agentId, decision }) => isSame(current.get(agentId), decision));
      // If another worker has decided in the meantime, the next check follows from its decisions.
      if (isCurrent) await this.apply(sql, current, wanted);
    });
  }

  private async readWatch(sql: Sql, latest: readonly AgentReport[]): Promise<Watch> {
    const [row] = await sql.query<WatchRow>(
      `SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "nowMs",
         (extract(epoch FROM looked_at) * 1000)::float8 AS "lookedAtMs",
         (extract(epoch FROM released_at) * 1000)::float8 AS "releasedAtMs", holding FROM assignment_watch`,
    );
    const agents = await sql.query<AgentRow>(
      `SELECT id::text AS "agentId", (extract(epoch FROM known_since) * 1000)::float8 AS "knownSinceMs"
       FROM assignment_agent WHERE state IN ('active', 'draining') ORDER BY id`,
    );
    const tiers = await sql.query<{ policy: TierPolicy }>('SELECT policy FROM assignment_tier');
    const decisions = await lastDecisions(sql);
    const byAgent = new Map(latest.map((report) => [report.agentId, report]));
    const { nowMs, lookedAtMs, releasedAtMs, holding } = row;
    const holdDowns = tiers.map(({ policy }) => holdDownMs(policy.probeIntervalMs, this.options.holdDownMaxMs));
    return {
      nowMs,
      blind: null,
      // While the watch did not run or held, no hold-down elapses.
      releasedAtMs: holding !== null || nowMs - lookedAtMs > AWAY_MS ? nowMs : releasedAtMs,
      holdDownsMs: [...new Set(holdDowns)].sort((a, b) => a - b),
      agents: agents.map(({ agentId, knownSinceMs }) => {
        const report = byAgent.get(agentId);
        const heardAtMs = report === undefined ? null : this.heardAt(report, nowMs);
        const trouble = this.troubleOf(agentId, report?.trouble ?? null, nowMs);
        return { agentId, knownSinceMs, heardAtMs, trouble, decision: decisions.get(agentId) };
      }),
    };
  }

  /**
   * Returns the arrival time of a report by the watch's clock, because gateways' clocks may differ. For the first report that a process
   * sees of an agent, the report's own time has to be used.
   */
  private heardAt({ agentId, receivedAtMs }: AgentReport, nowMs: number): number {
    const known = this.heard.get(agentId);
    if (known?.receivedAtMs === receivedAtMs) return known.heardAtMs;
    const heardAtMs = known === undefined ? Math.min(receivedAtMs, nowMs) : nowMs;
    this.heard.set(agentId, { receivedAtMs, heardAtMs });
    return heardAtMs;
  }

  /** Returns the reported trouble, extended by `TROUBLE_LINGERS_MS`, so that alternating reports do not cause a decision each time. */
  private troubleOf(agentId: string, trouble: string | null, nowMs: number): string | null {
    if (trouble !== null) this.troubled.set(agentId, { trouble, untilMs: nowMs + TROUBLE_LINGERS_MS });
    const last = this.troubled.get(agentId);
    if (last === undefined || nowMs < last.untilMs) return last?.trouble ?? null;
    this.troubled.delete(agentId);
    return null;
  }

  /** Stores the time and outcome of the check. Returns the previous hold reason. */
  private async noteLook(sql: Sql, { releasedAtMs }: Watch, { holding }: Outcome): Promise<{ holding: string | null }> {
    const [before] = await sql.query<{ holding: string | null }>(
      `WITH before AS (SELECT holding FROM assignment_watch)
       UPDATE assignment_watch SET looked_at = clock_timestamp(), released_at = to_timestamp($2 / 1000.0), holding = $1::text,
         holding_since = CASE WHEN $1::text IS NULL THEN NULL ELSE coalesce(holding_since, clock_timestamp()) END,
         hold_down_max_ms = $3
       RETURNING (SELECT holding FROM before) AS holding`,
      [holding, releasedAtMs, this.options.holdDownMaxMs],
    );
    return before;
  }

  private async apply(sql: Sql, before: ReadonlyMap<string, Decision>, decisions: readonly Decision[]): Promise<void> {
    const { shardCount } = this.options;
    const startedMs = performance.now();
    await writeDecisions(sql, decisions);
    await appendAgentFacts(
      sql,
      shardCount,
      decisions.map(({ agentId }) => agentId),
    );
    const scope = scopeOf(before, decisions);
    // With one more agent, other agents may have capacity for targets that they refused.
    if (scope.all)
      await sql.execute(`UPDATE assignment_agent_policy SET refused_keys = '{}' WHERE refused_keys <> '{}'`);
    const evaluation = await TargetEvaluation.begin(sql, shardCount);
    if (scope.all) await evaluation.evaluateAll();
    else {
      await evaluation.evaluateOfAgents(scope.ofAgents);
      if (scope.registeredSinceMs < Infinity) await evaluation.evaluateRegisteredSince(scope.registeredSinceMs);
    }
    const elapsedS = (performance.now() - startedMs) / 1_000;
    evaluationSeconds.observe(elapsedS);
    movedTargets.inc({ cause: 'condition' }, evaluation.moved);
    for (const decision of decisions) {
      this.logger.info({ ...decision, moved: evaluation.moved, elapsedS }, 'agent condition changed');
    }
  }

  private logHolding(holding: string | null): void {
    if (holding === null) this.logger.info('hold released: targets move away from silent agents again');
    else this.logger.warn({ holding }, 'hold: no targets are moved away from silent agents');
  }
}

/** Returns which targets may get another selection after the decisions. */
export function scopeOf(
  before: ReadonlyMap<string, Decision>,
  decisions: readonly Decision[],
): { all: boolean; ofAgents: string[]; registeredSinceMs: number } {
  const scope = { all: false, ofAgents: [] as string[], registeredSinceMs: Infinity };
  for (const { agentId, condition, sinceMs, heldMs } of decisions) {
    const was = before.get(agentId);
    const isBack = condition === 'ok' || condition === 'returning';
    if (isBack && (was === undefined || was.condition === 'unheard' || heldMs < was.heldMs)) scope.all = true;
    if (heldMs > (was?.heldMs ?? 0)) scope.ofAgents.push(agentId);
    scope.registeredSinceMs = Math.min(scope.registeredSinceMs, isBack ? (was?.sinceMs ?? Infinity) : sinceMs);
  }
  return scope;
}

function blindness(unread: number | null): string | null {
  if (unread === null) return 'Kafka does not answer, so the state of the agents is unknown';
  return unread === 0 ? null : `${unread} agent reports not consumed yet`;
}

function isSame(a: Decision | undefined, b: Decision | undefined): boolean {
  return a?.condition === b?.condition && a?.sinceMs === b?.sinceMs && a?.heldMs === b?.heldMs && a?.moves === b?.moves;
}

function observe({ agents }: Watch, { holding }: Outcome): void {
  holdingGauge.set(holding === null ? 0 : 1);
  const conditions: Condition[] = ['ok', 'silent', 'unable', 'returning', 'unheard'];
  for (const condition of conditions) {
    const count = agents.filter(({ decision }) => (decision?.condition ?? 'unheard') === condition).length;
    agentConditions.set({ condition }, count);
  }
}
