import type { AgentFact, PolicyFact, TargetFact } from '@icmp-mon/probing/contract';
import { type FormerAgent, formerAgents } from './former-agents';
import { IntMap } from './int-map';

export type PolicyEntry = Omit<PolicyFact, 'kind'>;

export interface AgentEntry {
  agentId: string;
  name: string;
  region: string;
  provider: string;
  state: AgentFact['state'];
  condition?: AgentFact['condition'];
  /** A small number of the agent's own in this shard's memory; not stored anywhere. */
  index: number;
}

/** One agent that probes one target by one check. */
export interface PairEntry {
  slot: number;
  agentId: string;
  check: number;
  target: TargetEntry;
  policy: PolicyEntry;
  /** The same agent and target by another check. */
  next: PairEntry | undefined;
}

export interface TargetEntry {
  key: number;
  targetId: string;
  ip: string;
  vrf: string;
  tier: string;
  /** Of the tier, as far as the shard has heard of it. */
  policy: PolicyEntry | undefined;
  /** Ids of the agents selected for the target, sorted. */
  selected: string[];
  /** Those of them whose policy refuses the address, sorted; absent where none does. */
  refuses?: string[];
  /** Who probed it before, as far as what they measured is still kept; absent where none did. */
  former?: FormerAgent[];
  pairs: PairEntry[];
}

export interface PairListener {
  assigned(slot: number, target: TargetEntry): void;
  unassigned(slot: number, target: TargetEntry): void;
}

interface DirectoryHead {
  policies: PolicyEntry[];
  agents: Omit<AgentEntry, 'index'>[];
  targets: Omit<TargetEntry, 'pairs' | 'policy'>[];
}

/** Who is to be probed by whom under which policy, as of the shard's log so far. */
export class ShardDirectory {
  readonly policies = new Map<string, PolicyEntry>();
  /** Those removed too, about 200 bytes of a checkpoint each: open windows name them. */
  readonly agents = new Map<string, AgentEntry>();
  readonly targets = new Map<number, TargetEntry>();
  /** By id, for agents that are named by an agent's or a target's fact. */
  private readonly agentIndexes = new Map<string, number>();
  private readonly agentIds: string[] = [];
  /** By the agent's index and the target's key: one look for each result, however many agents a target has. */
  private readonly pairsOfAgent: IntMap[] = [];
  private readonly pairs: (PairEntry | undefined)[] = [];
  /** By id, until when an agent is a former one of some target. */
  private readonly formerUntilMs = new Map<string, number>();
  private readonly freeSlots: number[] = [];
  private slotsUsed = 0;

  constructor(private readonly listener: PairListener) {}

  applyPolicy(fact: PolicyFact): TargetEntry[] {
    const { kind: _kind, ...policy } = fact;
    this.policies.set(policy.tier, policy);
    const touched = [...this.targets.values()].filter((target) => target.tier === policy.tier);
    for (const target of touched) this.syncPairs(target);
    return touched;
  }

  /** Returns the targets that the agent is selected for, if it can now be relied on where it could not before, or the reverse. */
  applyAgent(fact: AgentFact): TargetEntry[] {
    const { kind: _kind, ...agent } = fact;
    const before = this.agents.get(fact.agentId)?.condition ?? 'ok';
    this.agents.set(fact.agentId, { ...agent, index: this.agentIndex(fact.agentId) });
    if (before === (fact.condition ?? 'ok')) return [];
    return [...this.targets.values()].filter(({ selected }) => selected.includes(fact.agentId));
  }

  /** `atMs` is the log's clock. */
  applyTarget(fact: TargetFact, atMs: number): TargetEntry {
    const known = this.targets.get(fact.targetKey);
    const target: TargetEntry = known ?? {
      key: fact.targetKey,
      targetId: '',
      ip: '',
      vrf: '',
      tier: '',
      policy: undefined,
      selected: [],
      pairs: [],
    };
    target.targetId = fact.targetId;
    target.ip = fact.ip;
    target.vrf = fact.vrf;
    target.tier = fact.tier;
    const before = target.selected;
    target.selected = fact.selected.map((agentId) => this.oneString(agentId)).sort();
    this.noteFormer(target, formerAgents(target.former ?? [], before, target.selected, atMs));
    delete target.refuses;
    if (fact.refuses && fact.refuses.length > 0) {
      target.refuses = fact.refuses.map((agentId) => this.oneString(agentId)).sort();
    }
    this.targets.set(target.key, target);
    this.syncPairs(target);
    return target;
  }

  private noteFormer(target: TargetEntry, former: FormerAgent[]): void {
    if (former.length > 0) target.former = former;
    else delete target.former;
    for (const { agentId, untilMs } of former) {
      this.formerUntilMs.set(agentId, Math.max(untilMs, this.formerUntilMs.get(agentId) ?? 0));
    }
  }

  /** Whether results of the agent can belong to anything here. */
  isConcerned(agentId: string, atMs: number): boolean {
    return this.hasPairs(agentId) || (this.formerUntilMs.get(agentId) ?? 0) > atMs;
  }

  /** The target, if the agent probed it until it was given to others, and its tier still has the check. */
  findFormer(agentId: string, targetKey: number, check: number, atMs: number): TargetEntry | undefined {
    if ((this.formerUntilMs.get(agentId) ?? 0) <= atMs) return undefined;
    const target = this.targets.get(targetKey);
    const isFormer = target?.former?.some((each) => each.agentId === agentId && each.untilMs > atMs);
    return isFormer && target?.policy?.checks.some((each) => each.check === check) ? target : undefined;
  }

  removeTarget(key: number): TargetEntry | undefined {
    const target = this.targets.get(key);
    if (!target) return undefined;
    for (const pair of target.pairs) this.release(pair);
    target.pairs = [];
    this.targets.delete(key);
    return target;
  }

  /** Whether the agent is known and probes any target of the shard. */
  hasPairs(agentId: string): boolean {
    const agent = this.agents.get(agentId);
    return agent !== undefined && this.pairsOfAgent[agent.index].size > 0;
  }

  /** The assigned pair, if it is one; otherwise its results do not count. */
  findPair(agentIndex: number, targetKey: number, check: number): PairEntry | undefined {
    const slot = this.pairsOfAgent[agentIndex].get(targetKey);
    let pair = slot < 0 ? undefined : this.pairs[slot];
    while (pair && pair.check !== check) pair = pair.next;
    return pair;
  }

  /** Each fact brings strings of its own; a hundred agents of a hundred thousand targets would fill memory with copies. */
  private oneString(agentId: string): string {
    return this.agentIds[this.agentIndex(agentId)];
  }

  private agentIndex(agentId: string): number {
    const known = this.agentIndexes.get(agentId);
    if (known !== undefined) return known;
    const index = this.pairsOfAgent.push(new IntMap()) - 1;
    this.agentIndexes.set(agentId, index);
    this.agentIds.push(agentId);
    return index;
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
        .map(({ key, targetId, ip, vrf, tier, selected, refuses, former }) => ({
          ...{ key, targetId, ip, vrf, tier, selected },
          ...(refuses && { refuses }),
          ...(former && { former }),
        })),
    };
  }

  restore(head: DirectoryHead): void {
    for (const policy of head.policies) this.policies.set(policy.tier, policy);
    for (const agent of head.agents)
      this.agents.set(agent.agentId, { ...agent, index: this.agentIndex(agent.agentId) });
    for (const target of head.targets) {
      const selected = target.selected.map((agentId) => this.oneString(agentId));
      const refuses = target.refuses?.map((agentId) => this.oneString(agentId));
      const entry: TargetEntry = { ...target, selected, ...(refuses && { refuses }), policy: undefined, pairs: [] };
      this.targets.set(entry.key, entry);
      this.noteFormer(entry, target.former ?? []);
      this.syncPairs(entry);
    }
  }

  private syncPairs(target: TargetEntry): void {
    const policy = this.policies.get(target.tier);
    const checks = policy?.checks ?? [];
    const wanted = target.selected.flatMap((agentId) => checks.map(({ check }) => ({ agentId, check })));
    const kept: PairEntry[] = [];
    for (const pair of target.pairs) {
      if (wanted.some(({ agentId, check }) => agentId === pair.agentId && check === pair.check)) kept.push(pair);
      else this.release(pair);
    }
    target.policy = policy;
    target.pairs = [];
    if (!policy) return;
    for (const { agentId, check } of wanted) {
      const known = kept.find((pair) => pair.agentId === agentId && pair.check === check);
      if (known) known.policy = policy;
      target.pairs.push(known ?? this.assign(target, agentId, check, policy));
    }
  }

  private assign(target: TargetEntry, agentId: string, check: number, policy: PolicyEntry): PairEntry {
    const slots = this.pairsOfAgent[this.agentIndex(agentId)];
    const slot = this.freeSlots.pop() ?? this.slotsUsed++;
    const first = slots.get(target.key);
    const pair: PairEntry = { slot, agentId, check, target, policy, next: first < 0 ? undefined : this.pairs[first] };
    this.pairs[slot] = pair;
    slots.set(target.key, slot);
    this.listener.assigned(slot, target);
    return pair;
  }

  private release(pair: PairEntry): void {
    const slots = this.pairsOfAgent[this.agentIndex(pair.agentId)];
    const rest = withoutPair(this.pairs[slots.get(pair.target.key)], pair);
    if (rest) slots.set(pair.target.key, rest.slot);
    else slots.delete(pair.target.key);
    this.pairs[pair.slot] = undefined;
    this.listener.unassigned(pair.slot, pair.target);
    this.freeSlots.push(pair.slot);
  }
}

function withoutPair(first: PairEntry | undefined, gone: PairEntry): PairEntry | undefined {
  if (!first || first === gone) return first?.next;
  first.next = withoutPair(first.next, gone);
  return first;
}

/** By code unit, not by locale: the same everywhere. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
