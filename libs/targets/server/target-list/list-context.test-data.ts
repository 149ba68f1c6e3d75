import { AgentTargets, type TargetPlacement, TargetPlacements } from '@icmp-mon/assignment/contract';
import { type TargetMaintenance, TargetsInMaintenance } from '@icmp-mon/maintenance/contract';
import type { ControlDatabase } from '@icmp-mon/platform/database';
import { Judged, JudgedTargets } from '@icmp-mon/status/contract';
import { ListTargetsHandler } from './list-targets';
import { TargetCounts } from './target-counts';

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

/** Every target is placed as asked. */
class AsAskedPlacements extends TargetPlacements {
  override byKeys(): Promise<ReadonlyMap<number, TargetPlacement>> {
    return Promise.resolve(new Map());
  }

  override selectKeys(reasons: string): string {
    return `SELECT 0 WHERE cardinality(${reasons}) < 0`;
  }
}

/** No target is in maintenance. */
class NoMaintenance extends TargetsInMaintenance {
  override byKeys(): Promise<ReadonlyMap<number, TargetMaintenance>> {
    return Promise.resolve(new Map());
  }

  override selectKeys(): string {
    return 'SELECT 0';
  }
}

const NOT_IN_MAINTENANCE = new NoMaintenance();
export const PLACED = new AsAskedPlacements();
export const AGENT_TARGETS = new NoAgentTargets();
/** The last arguments of handlers that evaluate filters. */
export const FILTERED = [AGENT_TARGETS, PLACED, NOT_IN_MAINTENANCE] as const;
export const CONTEXT = {
  judged: ALL_JUDGED,
  agentTargets: AGENT_TARGETS,
  placements: PLACED,
  maintenance: NOT_IN_MAINTENANCE,
};

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

export function listHandler(database: ControlDatabase, judged = ALL_JUDGED): ListTargetsHandler {
  const counts = new TargetCounts(database);
  return new ListTargetsHandler(database, counts, new FixedJudged(judged), AGENT_TARGETS, PLACED, NOT_IN_MAINTENANCE);
}
