import { AgentTargets } from '@icmp-mon/assignment/contract';
import { Judged, JudgedTargets } from '@icmp-mon/status/contract';

export const AT_MS = Date.parse('2026-11-18T11:00:00Z');
export const ALL_JUDGED = new Judged([AT_MS, AT_MS + 1_000]);
/** Shard 0 (even keys) is not judged; of shard 1 (odd keys), only the tier standard is judged. */
export const HALF_JUDGED = new Judged(
  [AT_MS, AT_MS + 1_000],
  [
    { tiers: ['fast'], shards: [0, 1] },
    { tiers: ['standard'], shards: [0] },
  ],
  'half',
);

/** No agent has targets. */
class NoAgentTargets extends AgentTargets {
  override selectKeys(): string {
    return 'SELECT 0';
  }
}

export const AGENT_TARGETS = new NoAgentTargets();
export const CONTEXT = { judged: ALL_JUDGED, agentTargets: AGENT_TARGETS };

export class FixedJudged extends JudgedTargets {
  constructor(private readonly judged: Judged) {
    super();
  }

  override now(): Promise<Judged> {
    return Promise.resolve(this.judged);
  }

  override onChange(): () => void {
    return () => undefined;
  }
}
