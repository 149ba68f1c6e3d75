import type { AgentReport } from '@icmp-mon/agents/contract';

/** Reported trouble lasts until reports were free of it for this long (three reports). */
const TROUBLE_LINGERS_MS = 15_000;

/** Observations of reports that one leader of the agent watch keeps in memory: arrival times, and trouble that lingers. */
export class ObservedReports {
  private readonly heard = new Map<string, { receivedAtMs: number; heardAtMs: number }>();
  private readonly troubled = new Map<string, { trouble: string; untilMs: number }>();

  clear(): void {
    this.heard.clear();
    this.troubled.clear();
  }

  /**
   * Returns the arrival time of a report by the watch's clock, because gateways' clocks may differ. For the first report that a process
   * sees of an agent, the report's own time has to be used.
   */
  heardAt({ agentId, receivedAtMs }: AgentReport, nowMs: number): number {
    const known = this.heard.get(agentId);
    if (known?.receivedAtMs === receivedAtMs) return known.heardAtMs;
    const heardAtMs = known === undefined ? Math.min(receivedAtMs, nowMs) : nowMs;
    this.heard.set(agentId, { receivedAtMs, heardAtMs });
    return heardAtMs;
  }

  /** Returns the reported trouble, extended by `TROUBLE_LINGERS_MS`, so that alternating reports do not cause a decision each time. */
  troubleOf(agentId: string, trouble: string | null, nowMs: number): string | null {
    if (trouble !== null) this.troubled.set(agentId, { trouble, untilMs: nowMs + TROUBLE_LINGERS_MS });
    const last = this.troubled.get(agentId);
    if (last === undefined || nowMs < last.untilMs) return last?.trouble ?? null;
    this.troubled.delete(agentId);
    return null;
  }
}
