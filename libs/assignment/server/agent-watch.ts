import { type AgentReport, AgentReports } from '@icmp-mon/agents/contract';
import type { StoredTierPolicy } from '@icmp-mon/tiers/contract';
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
import { AnchorFacts } from './anchor-facts';
import { appendAgentFacts, lastDecisions, writeDecisions } from './condition-log';
import { TargetEvaluation } from './evaluate-targets';
import { evaluationScope } from './evaluation-scope';
import { lockFeed } from './feed-writer';
import { ObservedReports } from './observed-reports';
import { OutdatedAgents } from './outdated-agents';
import { readWatchState, storeCheck } from './watch-state';

const LEASE = 'assignment-watch';
const LOOK_MS = 2_000;
/** A process decides against an agent only after this time, in which it would have seen three of its reports. */
const SEEN_MS_MIN = 20_000;
/** A gap of more than this between two checks means that no watch was running. */
const AWAY_MS = 60_000;
/** Reports that are unread for this long mean that the reader is at fault, not the agents. */
const UNREAD_MS = 10_000;

export interface AgentWatchOptions {
  database: ControlDatabase;
  reports: AgentReports;
  shardCount: number;
  /** Longest hold-down of any tier, in ms. */
  holdDownMaxMs: number;
  /** New targets prefer other ready agents to older ones. */
  agentVersionMin?: string | undefined;
  /** Time between two checks in ms; 2 s unless set. */
  lookMs?: number;
  /** See `SEEN_MS_MIN`; 20 s unless set. */
  seenMsMin?: number;
}

interface AgentRow {
  agentId: string;
  knownSinceMs: number;
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
  private readonly observed = new ObservedReports();
  private readonly outdated: OutdatedAgents;
  private readonly anchors: AnchorFacts;
  private watchingSinceMs = 0;

  constructor(private readonly options: AgentWatchOptions) {
    this.outdated = new OutdatedAgents(options.database, options.shardCount, options.agentVersionMin);
    this.anchors = new AnchorFacts(options.database, options.shardCount);
    this.leader = new Leader(byLease(options.database, LEASE), (_term, lost) => this.watchUntilLost(lost));
  }

  start(): void {
    this.leader.start();
  }

  async stop(): Promise<void> {
    await this.leader.stop();
  }

  private async watchUntilLost(lost: AbortSignal): Promise<void> {
    this.watchingSinceMs = performance.now();
    this.observed.clear();
    while (!lost.aborted) {
      try {
        await this.checkAgents(lost);
      } catch (error) {
        this.logger.warn({ err: error }, 'agent check failed, will retry');
      }
      await pause(this.options.lookMs ?? LOOK_MS, lost);
    }
    holdingGauge.set(0);
  }

  /** Runs one check: reads reports, decides conditions, and applies the decisions. */
  async checkAgents(lost?: AbortSignal): Promise<void> {
    const { database, reports } = this.options;
    const latest = await reports.latestReports();
    await this.outdated.checkVersions(latest);
    await this.anchors.publishEvidence(latest);
    const watch = await this.readWatch(database, latest);
    const anySilent = watch.agents.some((agent) => agent.heardAtMs !== null && isSilent(agent, watch.nowMs));
    if (anySilent) watch.blind = blindness(await reports.unread(UNREAD_MS));
    const outcome = decideConditions(watch);
    const holding = await storeCheck(database, watch, outcome, this.options.holdDownMaxMs);
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
      if (isCurrent) await this.applyDecisions(sql, current, wanted);
    });
  }

  private async readWatch(sql: Sql, latest: readonly AgentReport[]): Promise<Watch> {
    const { nowMs, lookedAtMs, releasedAtMs, holding } = await readWatchState(sql);
    const agents = await sql.query<AgentRow>(
      `SELECT id::text AS "agentId", (extract(epoch FROM known_since) * 1000)::float8 AS "knownSinceMs"
       FROM assignment_agent WHERE state IN ('active', 'draining') ORDER BY id`,
    );
    const tiers = await sql.query<{ policy: StoredTierPolicy }>('SELECT policy FROM assignment_tier');
    const decisions = await lastDecisions(sql);
    const byAgent = new Map(latest.map((report) => [report.agentId, report]));
    const holdDowns = tiers.map(({ policy }) => holdDownMs(policy.probeIntervalMs, this.options.holdDownMaxMs));
    return {
      nowMs,
      blind: null,
      // While the watch did not run or held, no hold-down elapses.
      releasedAtMs: holding !== null || nowMs - lookedAtMs > AWAY_MS ? nowMs : releasedAtMs,
      holdDownsMs: [...new Set(holdDowns)].sort((a, b) => a - b),
      agents: agents.map(({ agentId, knownSinceMs }) => {
        const report = byAgent.get(agentId);
        const heardAtMs = report === undefined ? null : this.observed.heardAt(report, nowMs);
        const trouble = this.observed.troubleOf(agentId, report?.trouble ?? null, nowMs);
        return { agentId, knownSinceMs, heardAtMs, trouble, decision: decisions.get(agentId) };
      }),
    };
  }

  private async applyDecisions(
    sql: Sql,
    before: ReadonlyMap<string, Decision>,
    decisions: readonly Decision[],
  ): Promise<void> {
    const { shardCount } = this.options;
    const endTimer = evaluationSeconds.startTimer();
    await writeDecisions(sql, decisions);
    const changed = decisions.map(({ agentId }) => agentId);
    await appendAgentFacts(sql, shardCount, changed);
    const scope = evaluationScope(before, decisions);
    // With one more agent, other agents may have capacity for targets that they refused.
    if (scope.all)
      await sql.execute(`UPDATE assignment_agent_policy SET refused_keys = '{}' WHERE refused_keys <> '{}'`);
    const evaluation = await TargetEvaluation.beginEvaluation(sql, shardCount);
    if (scope.all) await evaluation.evaluateAll();
    else {
      await evaluation.evaluateOfAgents(scope.ofAgents);
      if (scope.registeredSinceMs < Infinity) await evaluation.evaluateRegisteredSince(scope.registeredSinceMs);
    }
    await evaluation.settleCapacity();
    const elapsedS = endTimer();
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
