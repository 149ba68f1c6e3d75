import { createLogger } from '@icmp-mon/platform/ops';
import type { LaneName } from './results-intake';

/**
 * An agent may send this many times the results of its assigned targets: it sends backlog from its spool, probes more often to confirm a
 * miss, and receives new targets before the gateway reads its assignments again.
 */
const ASSIGNED_FACTOR = 10;
/** An agent can save its unused allowance for at most this many seconds and send it in one burst. */
const BURST_S = 60;
/** Share of the burst that is reserved for live results, not for backfill. */
const LIVE_RESERVE = 0.25;
/** Most results of one upload, and so of one step of a projector. */
export const UPLOAD_RESULTS_MAX = 500_000;
const FRESH_MS = 30_000;
/** The assignments of an agent that must wait are read again after this time: it may have new targets. */
const FRESH_AT_REFUSAL_MS = 5_000;
/** Interval of log lines about an agent that must wait. */
const TOLD_EVERY_MS = 60_000;
const AGENTS_MAX = 10_000;

export interface ResultAllowanceOptions {
  /** Returns the results per second of an agent's assigned targets. */
  assignedPerS: (agentId: string) => Promise<number>;
  /** Results per second that every agent may send: a new agent, and one whose targets were moved away, must be able to ship too. */
  perSMin: number;
}

interface Agent {
  perS: number;
  tokens: number;
  atMs: number;
  readAtMs: number;
  reading: boolean;
  toldAtMs: number;
}

/** Number of results that each agent may send, by its assignments. Never waits for the database: until it answers, the minimum holds. */
export class ResultAllowance {
  private readonly logger = createLogger('result-allowance');
  private readonly agents = new Map<string, Agent>();

  constructor(private readonly options: ResultAllowanceOptions) {}

  /** Returns the number of results that the next upload may contain. */
  available(agentId: string, lane: LaneName, nowMs = performance.now()): number {
    const agent = this.refilled(agentId, nowMs);
    if (nowMs - agent.readAtMs > FRESH_MS) this.readRate(agentId, agent, nowMs);
    return Math.min(UPLOAD_RESULTS_MAX, Math.floor(agent.tokens - reserveOf(agent, lane)));
  }

  /** Subtracts sent results; a negative number gives them back. */
  spend(agentId: string, results: number, nowMs = performance.now()): void {
    this.refilled(agentId, nowMs).tokens -= results;
  }

  /** Returns after how many seconds (at least 1) this many results will be available. */
  waitS(agentId: string, lane: LaneName, results: number, nowMs = performance.now()): number {
    const agent = this.refilled(agentId, nowMs);
    if (nowMs - agent.readAtMs > FRESH_AT_REFUSAL_MS) this.readRate(agentId, agent, nowMs);
    if (nowMs - agent.toldAtMs > TOLD_EVERY_MS) {
      agent.toldAtMs = nowMs;
      this.logger.warn(
        { agentId, lane, perS: agent.perS },
        'agent exceeds the results of its assigned targets; upload deferred',
      );
    }
    return Math.max(1, Math.ceil((results + reserveOf(agent, lane) - agent.tokens) / agent.perS));
  }

  private refilled(agentId: string, nowMs: number): Agent {
    let agent = this.agents.get(agentId);
    if (agent === undefined) {
      if (this.agents.size >= AGENTS_MAX) this.agents.clear();
      const perS = this.options.perSMin;
      agent = { perS, tokens: perS * BURST_S, atMs: nowMs, readAtMs: -Infinity, reading: false, toldAtMs: -Infinity };
      this.agents.set(agentId, agent);
    }
    agent.tokens = Math.min(agent.perS * BURST_S, agent.tokens + ((nowMs - agent.atMs) / 1_000) * agent.perS);
    agent.atMs = nowMs;
    return agent;
  }

  private readRate(agentId: string, agent: Agent, nowMs: number): void {
    if (agent.reading) return;
    agent.reading = true;
    this.options
      .assignedPerS(agentId)
      .then((assignedPerS) => {
        agent.perS = Math.max(this.options.perSMin, assignedPerS * ASSIGNED_FACTOR);
      })
      .catch((error: unknown) => {
        this.logger.warn({ err: error, agentId }, 'cannot read the assigned results; keeping the last known rate');
      })
      .finally(() => {
        agent.readAtMs = nowMs;
        agent.reading = false;
      });
  }
}

function reserveOf(agent: Agent, lane: LaneName): number {
  return lane === 'backfill' ? agent.perS * BURST_S * LIVE_RESERVE : 0;
}
