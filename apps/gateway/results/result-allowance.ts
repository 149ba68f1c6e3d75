import { createLogger } from '@icmp-mon/platform/ops';
import type { LaneName } from './results-intake';

/**
 * An agent may send this many times the results that its assignments come to: it catches up with what it spooled, confirms a miss by more
 * probes, and is told of new targets before the gateway looks again.
 */
const ASSIGNED_FACTOR = 10;
/** What it did not use of so many seconds it may send at once. */
const BURST_S = 60;
/** Backfill leaves this part of the burst to live results. */
const LIVE_RESERVE = 0.25;
/** Results of one upload, and so of one piece of work for a projector. */
export const UPLOAD_RESULTS_MAX = 500_000;
const FRESH_MS = 30_000;
/** An agent that is refused results is looked at again this soon: it may have new targets. */
const FRESH_AT_REFUSAL_MS = 5_000;
/** How often the log names an agent that has to wait. */
const TOLD_EVERY_MS = 60_000;
const AGENTS_MAX = 10_000;

export interface ResultAllowanceOptions {
  /** Results per second that an agent's assignments come to. */
  assignedPerS: (agentId: string) => Promise<number>;
  /** What every agent may send per second: a new one, and one whose targets were taken away, has something to ship too. */
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

/** How many results each agent may send, by what is assigned to it. Never waits for the database: until it has answered, the least holds. */
export class ResultAllowance {
  private readonly logger = createLogger('result-allowance');
  private readonly agents = new Map<string, Agent>();

  constructor(private readonly options: ResultAllowanceOptions) {}

  /** Results that the next upload may bring. */
  available(agentId: string, lane: LaneName, nowMs = performance.now()): number {
    const agent = this.refilled(agentId, nowMs);
    if (nowMs - agent.readAtMs > FRESH_MS) this.read(agentId, agent, nowMs);
    return Math.min(UPLOAD_RESULTS_MAX, Math.floor(agent.tokens - reserveOf(agent, lane)));
  }

  /** Takes what was sent; a negative number gives it back. */
  spend(agentId: string, results: number, nowMs = performance.now()): void {
    this.refilled(agentId, nowMs).tokens -= results;
  }

  /** For an agent that has to wait: after how many seconds so many results are available, at least 1. */
  waitS(agentId: string, lane: LaneName, results: number, nowMs = performance.now()): number {
    const agent = this.refilled(agentId, nowMs);
    if (nowMs - agent.readAtMs > FRESH_AT_REFUSAL_MS) this.read(agentId, agent, nowMs);
    if (nowMs - agent.toldAtMs > TOLD_EVERY_MS) {
      agent.toldAtMs = nowMs;
      this.logger.warn(
        { agentId, lane, perS: agent.perS },
        'an agent sends more results than its targets come to; it waits',
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

  private read(agentId: string, agent: Agent, nowMs: number): void {
    if (agent.reading) return;
    agent.reading = true;
    this.options
      .assignedPerS(agentId)
      .then((assignedPerS) => {
        agent.perS = Math.max(this.options.perSMin, assignedPerS * ASSIGNED_FACTOR);
      })
      .catch((error: unknown) => {
        this.logger.warn(
          { err: error, agentId },
          'cannot read how many results are assigned; the last known rate holds',
        );
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
