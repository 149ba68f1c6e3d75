import type { AgentFact, PolicyFact, TargetFact } from '@icmp-mon/probing/contract';
import { compare } from './compare';
import { type FormerAgent, formerAgents } from './former-agents';
import { IntMap } from './int-map';

export type PolicyEntry = Omit<PolicyFact, 'kind'>;

/** An agent as its last fact describes it. */
export interface AgentEntry extends Pick<AgentFact, 'condition' | 'anchors' | 'standing'> {
  agentId: string;
  name: string;
  region: string;
  provider: string;
  state: AgentFact['state'];
  /** Small number of the agent, valid in the memory of this shard only; not stored. */
  index: number;
}

/** One agent that probes one target by one check. */
export interface PairEntry {
  slot: number;
  agentId: string;
  check: number;
  target: TargetEntry;
  policy: PolicyEntry;
  /** The pair of the same agent and target for another check. */
  next: PairEntry | undefined;
}

export interface TargetEntry {
  key: number;
  targetId: string;
  ip: string;
  vrf: string;
  tier: string;
  /** Tier policy; undefined until the shard's log has contained one. */
  policy: PolicyEntry | undefined;
  /** Ids of the agents selected for the target, sorted. */
  selected: string[];
  /** Ids of the selected agents whose policy file refuses the address, sorted; absent when there are none. */
  refuses?: string[];
  /** Present if the target is paused. */
  paused?: true;
  /** Agents that probed the target before, while their results are still accepted; absent when there are none. */
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

/**
 * Which agents probe which targets under which tier policy, as of the shard's log so far.
 *
 *     agent ── index ──▶ pairsOfAgent: target key ──▶ slot ──▶ pairs: first check ──next──▶ second check …
 *
 * A pair keeps its slot while it is assigned; a free slot is reused. Participants keep their state per pair in arrays by slot, so
 * the listener is notified of every slot that is assigned or freed.
 */
export class ShardDirectory {
  readonly policies = new Map<string, PolicyEntry>();
  /** Removed agents included, about 200 bytes per agent in a checkpoint: open windows refer to them. */
  readonly agents = new Map<string, AgentEntry>();
  readonly targets = new Map<number, TargetEntry>();
  /** Agent index by id, for agents that an agent's or a target's fact names. */
  private readonly agentIndexes = new Map<string, number>();
  private readonly agentIds: string[] = [];
  /** By agent index, then target key: one lookup per result, regardless of how many agents a target has. */
  private readonly pairsOfAgent: IntMap[] = [];
  private readonly pairs: (PairEntry | undefined)[] = [];
  /** By agent id: until when results of the agent as a former agent of some target are accepted. */
  private readonly formerUntilMs = new Map<string, number>();
  private readonly freeSlots: number[] = [];
  private slotsUsed = 0;

  constructor(private readonly listener: PairListener) {}

  applyPolicy(fact: PolicyFact): TargetEntry[] {
    const { kind: _kind, ...policy } = fact;
    this.policies.set(policy.tier, policy);
    // Participants number what follows from the fact: in the same order after a restore.
    const touched = this.inOrder().filter((target) => target.tier === policy.tier);
    for (const target of touched) this.syncPairs(target);
    return touched;
  }

  /** Returns the targets that the agent is selected for, if the fact changes whether it is reliable. */
  applyAgent(fact: AgentFact): TargetEntry[] {
    const { kind: _kind, ...agent } = fact;
    const before = this.agents.get(fact.agentId)?.condition ?? 'ok';
    this.agents.set(fact.agentId, { ...agent, index: this.agentIndex(fact.agentId) });
    if (before === (fact.condition ?? 'ok')) return [];
    return [...this.targets.values()].filter(({ selected }) => selected.includes(fact.agentId));
  }

  /** Returns the target. `atMs` is the time by the log's clock. */
  applyTarget(fact: TargetFact, atMs: number): TargetEntry {
    const known = this.targets.get(fact.targetKey);
    const target: TargetEntry = known ?? {
      ...{ key: fact.targetKey, targetId: '', ip: '', vrf: '', tier: '' },
      ...{ policy: undefined, selected: [], pairs: [] },
    };
    target.targetId = fact.targetId;
    target.ip = fact.ip;
    target.vrf = fact.vrf;
    target.tier = fact.tier;
    const before = target.selected;
    target.selected = fact.selected.map((agentId) => this.oneString(agentId)).sort();
    this.noteFormer(target, formerAgents(target.former ?? [], before, target.selected, atMs));
    delete target.refuses;
    delete target.paused;
    if (fact.paused) target.paused = true;
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

  /** Whether results of the agent can belong to any target here. */
  isConcerned(agentId: string, atMs: number): boolean {
    return this.hasPairs(agentId) || (this.formerUntilMs.get(agentId) ?? 0) > atMs;
  }

  /** Returns the target if the agent probed it until it was reassigned, and the tier still has the check. */
  findFormer(agentId: string, targetKey: number, check: number, atMs: number): TargetEntry | undefined {
    if ((this.formerUntilMs.get(agentId) ?? 0) <= atMs) return undefined;
    const target = this.targets.get(targetKey);
    const isFormer = target?.former?.some((each) => each.agentId === agentId && each.untilMs > atMs);
    return isFormer && target?.policy?.checks.some((each) => each.check === check) ? target : undefined;
  }

  removeTarget(key: number): TargetEntry | undefined {
    const target = this.targets.get(key);
    if (!target) return undefined;
    for (const pair of target.pairs) this.releasePair(pair);
    target.pairs = [];
    this.targets.delete(key);
    return target;
  }

  /** Whether the agent is known and probes any target of the shard. */
  hasPairs(agentId: string): boolean {
    const agent = this.agents.get(agentId);
    return agent !== undefined && this.pairsOfAgent[agent.index].size > 0;
  }

  /** Returns the pair if it is assigned; results of others do not count. */
  findPair(agentIndex: number, targetKey: number, check: number): PairEntry | undefined {
    const slot = this.pairsOfAgent[agentIndex].get(targetKey);
    let pair = slot < 0 ? undefined : this.pairs[slot];
    while (pair && pair.check !== check) pair = pair.next;
    return pair;
  }

  /** Returns one shared string per agent id: facts bring copies, and those of 100 agents on 100,000 targets would fill the memory. */
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

  /** Returns the targets by ascending key: in the same order in any process. */
  inOrder(): TargetEntry[] {
    return [...this.targets.values()].sort((a, b) => a.key - b.key);
  }

  /** Returns the state in canonical order: by name, id and key. */
  head(): DirectoryHead {
    return {
      policies: [...this.policies.values()].sort((a, b) => compare(a.tier, b.tier)),
      agents: [...this.agents.values()]
        .sort((a, b) => compare(a.agentId, b.agentId))
        .map(({ index: _index, ...agent }) => agent),
      targets: this.inOrder().map(({ key, targetId, ip, vrf, tier, selected, refuses, paused, former }) => ({
        ...{ key, targetId, ip, vrf, tier, selected },
        ...(refuses && { refuses }),
        ...(paused && { paused }),
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
      else this.releasePair(pair);
    }
    target.policy = policy;
    target.pairs = [];
    if (!policy) return;
    for (const { agentId, check } of wanted) {
      const known = kept.find((pair) => pair.agentId === agentId && pair.check === check);
      if (known) known.policy = policy;
      target.pairs.push(known ?? this.assignPair(target, agentId, check, policy));
    }
  }

  private assignPair(target: TargetEntry, agentId: string, check: number, policy: PolicyEntry): PairEntry {
    const slots = this.pairsOfAgent[this.agentIndex(agentId)];
    const slot = this.freeSlots.pop() ?? this.slotsUsed++;
    const first = slots.get(target.key);
    const pair: PairEntry = { slot, agentId, check, target, policy, next: first < 0 ? undefined : this.pairs[first] };
    this.pairs[slot] = pair;
    slots.set(target.key, slot);
    this.listener.assigned(slot, target);
    return pair;
  }

  private releasePair(pair: PairEntry): void {
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
