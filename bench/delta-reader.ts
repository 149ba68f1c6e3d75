import { setTimeout as pause } from 'node:timers/promises';
import type { AssignedTier, AssignmentsResponse } from '@icmp-mon/assignment/contract';
import type { TestAgent } from '@icmp-mon/probing/agent/testing';

const REPORT_MS = 5_000;
/** As the agent: pause after a response, and after an error. */
const POLL_AGAIN_MS = 250;
const RETRY_MS = 1_000;

/** A target in a response for one agent. */
export interface Receipt {
  key: number;
  /** Null for a removal. */
  tier: string | null;
  /** Time of the receipt, as `performance.now()`. */
  atMs: number;
}

/** Follows the assignments of an enrolled agent by long polls, reports like an agent, and records when it received what. */
export class DeltaReader {
  /** Tiers of the assigned targets by key. */
  readonly keys = new Map<number, string>();
  readonly receipts: Receipt[] = [];
  /** Tiers with their policies, by name. */
  readonly tiers = new Map<string, AssignedTier>();
  version = 0;
  private running = true;
  private loops: Promise<void>[] = [];

  constructor(private readonly agent: TestAgent) {}

  get agentId(): string {
    return this.agent.agentId;
  }

  start(): void {
    this.loops = [this.followAssignments(), this.sendReports()];
  }

  async stop(): Promise<void> {
    this.running = false;
    this.agent.close();
    await Promise.allSettled(this.loops);
  }

  private async followAssignments(): Promise<void> {
    while (this.running) {
      try {
        const news = await this.agent.fetchAssignments(this.version);
        if (news !== null) this.applyResponse(news, performance.now());
        await pause(POLL_AGAIN_MS);
      } catch {
        // Refused or disconnected; `stop` ends the loop.
        await pause(RETRY_MS);
      }
    }
  }

  /** Reads all assignments again, like an agent that starts. Returns how many there are. */
  async readAll(): Promise<number> {
    const answer = await this.agent.fetchAssignments(0);
    return answer?.assigned.length ?? 0;
  }

  private applyResponse({ version, full, tiers, assigned, unassigned }: AssignmentsResponse, atMs: number): void {
    if (full) this.keys.clear();
    for (const tier of tiers) this.tiers.set(tier.tier, tier);
    for (const { key, tier } of assigned) {
      this.keys.set(key, tier);
      this.receipts.push({ key, tier, atMs });
    }
    for (const key of unassigned) {
      this.keys.delete(key);
      this.receipts.push({ key, tier: null, atMs });
    }
    this.version = version;
  }

  private async sendReports(): Promise<void> {
    while (this.running) {
      await this.agent.sendReport(this.keys.size);
      await pause(REPORT_MS);
    }
  }
}
