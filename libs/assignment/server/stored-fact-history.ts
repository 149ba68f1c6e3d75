import { type DatedFact, FactHistory } from '@icmp-mon/assignment/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import type { AgentFact } from '@icmp-mon/probing/contract';
import { type PastTarget, TargetPast } from '@icmp-mon/targets/contract';
import { PolicyHistory } from '@icmp-mon/tiers/contract';
import { Injectable } from '@nestjs/common';
import { policyFact } from './policy-fact';

/** The agents of a target since a time; null since its removal. */
interface Interval {
  since: Date;
  selected: string[] | null;
  paused: boolean;
}

/** The decision that held at the start, or the earliest that is known, and those until the end. */
const INTERVALS = `
  SELECT since, selected, paused FROM assignment_interval
  WHERE target_key = $1 AND since <= $3 AND since >= coalesce(
    (SELECT max(since) FROM assignment_interval WHERE target_key = $1 AND since <= $2), '-infinity')
  ORDER BY since`;

/** Facts of the past from the assignments of targets, and from the histories of inventory and tiers. */
@Injectable()
export class StoredFactHistory extends FactHistory {
  constructor(
    private readonly database: ControlDatabase,
    private readonly policies: PolicyHistory,
    private readonly targets: TargetPast,
  ) {
    super();
  }

  override async factsBetween(targetKey: number, from: Date, to: Date): Promise<DatedFact[]> {
    const versions = await this.targets.versionsOf(targetKey, from, to);
    const intervals = await this.database.query<Interval>(INTERVALS, [targetKey, from, to]);
    if (versions.length === 0 || intervals.length === 0) return [];
    const tiers = [...new Set(versions.map(({ tier }) => tier))];
    const policies = await this.policies.policiesBetween(tiers, from, to);
    const startMs = from.getTime();
    const facts: DatedFact[] = [
      ...(await this.agentsOf(intervals)).map((fact) => ({ atMs: startMs, fact })),
      ...policies.map(({ tier, version, from: since, policy }) => {
        return { atMs: Math.max(startMs, since.getTime()), fact: policyFact(tier, version, policy) };
      }),
      ...targetFacts(targetKey, versions, intervals, startMs),
    ];
    return facts.sort((a, b) => a.atMs - b.atMs);
  }

  /** Agents are described as they are now: their regions and providers rarely change. */
  private async agentsOf(intervals: readonly Interval[]): Promise<AgentFact[]> {
    const ids = [...new Set(intervals.flatMap(({ selected }) => selected ?? []))];
    const known = await this.database.query<Pick<AgentFact, 'agentId' | 'name' | 'region' | 'provider'>>(
      'SELECT id AS "agentId", name, region, provider FROM assignment_agent WHERE id = ANY ($1::uuid[])',
      [ids],
    );
    const byId = new Map(known.map((agent) => [agent.agentId, agent]));
    return ids.map((agentId): AgentFact => ({
      ...{ kind: 'agent', agentId, name: agentId, region: '', provider: '', state: 'active' },
      ...byId.get(agentId),
    }));
  }
}

/** Returns a fact for each time at which the version or the agents of the target changed. */
function targetFacts(
  targetKey: number,
  versions: readonly PastTarget[],
  intervals: readonly Interval[],
  startMs: number,
): DatedFact[] {
  const ends = versions.flatMap(({ to }) => (to === null ? [] : [to.getTime()]));
  const changes = [
    ...versions.map(({ from }) => from.getTime()),
    ...ends,
    ...intervals.map(({ since }) => since.getTime()),
  ];
  const times = [...new Set(changes.map((atMs) => Math.max(atMs, startMs)))].sort((a, b) => a - b);
  return times.flatMap((atMs): DatedFact[] => {
    const version = versions.findLast(({ from, to }) => from.getTime() <= atMs && (to === null || to.getTime() > atMs));
    // Before the first known decision its agents are the best guess.
    const interval = intervals.findLast(({ since }) => since.getTime() <= atMs) ?? intervals[0];
    if (!version || !interval?.selected) return [{ atMs, fact: { kind: 'target-removed', targetKey } }];
    const { id: targetId, ip, vrf, tier } = version;
    const { selected, paused } = interval;
    const fact = { kind: 'target', targetKey, targetId, ip, vrf, tier, selected, ...(paused && { paused }) } as const;
    return [{ atMs, fact }];
  });
}
