import type { AgentFact, PolicyFact, TargetFact } from '@icmp-mon/probing/contract';

export type PolicyEntry = Omit<PolicyFact, 'kind'>;

export interface AgentEntry {
  agentId: string;
  name: string;
  region: string;
  provider: string;
  state: AgentFact['state'];
  /** Position among the agents this shard has heard of; not stored anywhere. */
  index: number;
}

/** One agent that probes one target by one check. */
export interface PairEntry {
  slot: number;
  agentId: string;
  check: number;
}

export interface TargetEntry {
  key: number;
  targetId: string;
  ip: string;
  vrf: string;
  tier: string;
  /** Ids of the agents selected for the target, sorted. */
  selected: string[];
  pairs: PairEntry[];
}

export interface PairListener {
  assigned(slot: number, target: TargetEntry): void;
  unassigned(slot: number, target: TargetEntry): void;
}

interface DirectoryHead {
  policies: PolicyEntry[];
  agents: Omit<AgentEntry, 'index'>[];
  targets: Omit<TargetEntry, 'pairs'>[];
}

/** Who is to be probed by whom under which policy, as the shard's log has told so far. */
export class ShardDirectory {
  readonly policies = new Map<string, PolicyEntry>();
  readonly agents = new Map<string, AgentEntry>();
  readonly targets = new Map<number, TargetEntry>();
  private readonly freeSlots: number[] = [];
  private slotsUsed = 0;

  constructor(private readonly listener: PairListener) {}

  /** Highest slot ever given out plus one: what per-pair arrays must hold. */
  get slotCount(): number {
    return this.slotsUsed;
  }

  applyPolicy(fact: PolicyFact): TargetEntry[] {
    const { kind: _kind, ...policy } = fact;
    this.policies.set(policy.tier, policy);
    const touched = [...this.targets.values()].filter((target) => target.tier === policy.tier);
    for (const target of touched) this.syncPairs(target);
    return touched;
  }

  applyAgent(fact: AgentFact): void {
    const { kind: _kind, ...agent } = fact;
    const known = this.agents.get(fact.agentId);
    this.agents.set(fact.agentId, { ...agent, index: known?.index ?? this.agents.size });
  }

  applyTarget(fact: TargetFact): TargetEntry {
    const known = this.targets.get(fact.targetKey);
    const target: TargetEntry = known ?? {
      key: fact.targetKey,
      targetId: '',
      ip: '',
      vrf: '',
      tier: '',
      selected: [],
      pairs: [],
    };
    target.targetId = fact.targetId;
    target.ip = fact.ip;
    target.vrf = fact.vrf;
    target.tier = fact.tier;
    target.selected = [...fact.selected].sort();
    this.targets.set(target.key, target);
    this.syncPairs(target);
    return target;
  }

  removeTarget(key: number): TargetEntry | undefined {
    const target = this.targets.get(key);
    if (!target) return undefined;
    for (const pair of target.pairs) this.release(pair, target);
    target.pairs = [];
    this.targets.delete(key);
    return target;
  }

  /** Slot of an assigned pair, or -1: its results do not count. */
  pairSlot(target: TargetEntry, agentId: string, check: number): number {
    for (const pair of target.pairs) {
      if (pair.check === check && pair.agentId === agentId) return pair.slot;
    }
    return -1;
  }

  policyOf(target: TargetEntry): PolicyEntry | undefined {
    return this.policies.get(target.tier);
  }

  /** Canonical order: by name, id and key. */
  head(): DirectoryHead {
    return {
      policies: [...this.policies.values()].sort((a, b) => compare(a.tier, b.tier)),
      agents: [...this.agents.values()]
        .sort((a, b) => compare(a.agentId, b.agentId))
        .map(({ index: _index, ...agent }) => agent),
      targets: [...this.targets.values()]
        .sort((a, b) => a.key - b.key)
        .map(({ key, targetId, ip, vrf, tier, selected }) => ({ key, targetId, ip, vrf, tier, selected })),
    };
  }

  restore(head: DirectoryHead): void {
    for (const policy of head.policies) this.policies.set(policy.tier, policy);
    for (const agent of head.agents) this.agents.set(agent.agentId, { ...agent, index: this.agents.size });
    for (const target of head.targets) {
      const entry: TargetEntry = { ...target, pairs: [] };
      this.targets.set(entry.key, entry);
      this.syncPairs(entry);
    }
  }

  private syncPairs(target: TargetEntry): void {
    const checks = this.policyOf(target)?.checks ?? [];
    const wanted = target.selected.flatMap((agentId) => checks.map(({ check }) => ({ agentId, check })));
    const kept: PairEntry[] = [];
    for (const pair of target.pairs) {
      if (wanted.some(({ agentId, check }) => agentId === pair.agentId && check === pair.check)) kept.push(pair);
      else this.release(pair, target);
    }
    target.pairs = wanted.map(({ agentId, check }) => {
      const known = kept.find((pair) => pair.agentId === agentId && pair.check === check);
      if (known) return known;
      const pair: PairEntry = { slot: this.freeSlots.pop() ?? this.slotsUsed++, agentId, check };
      this.listener.assigned(pair.slot, target);
      return pair;
    });
  }

  private release(pair: PairEntry, target: TargetEntry): void {
    this.listener.unassigned(pair.slot, target);
    this.freeSlots.push(pair.slot);
  }
}

/** By code unit, not by locale: the same everywhere. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
