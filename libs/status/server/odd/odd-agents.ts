import type { AgentEntry, ShardDirectory, TargetEntry } from '@icmp-mon/shard/engine';
import type { PairTable } from '../pair-table';
import { VERDICT } from '../verdict';
import { type AgentTally, decidedEffect, judgeTally, newTally, type VoteEffect } from './agent-tally';
import { AnswerCounts } from './answer-counts';
import { type StoredOddAgent, storedOddAgent } from './stored-odd-agent';

/**
 * The agents of one shard that are the odd ones out: their votes make no target down.
 *
 *     pair begins or ceases to miss ──▶ counts ──▶ suspect? ──┐
 *     fact: cause, anchors ────────────────────────────────┼──▶ effect on the agent's votes ──▶ its targets are decided again
 *     tick: the hold, and causes of agents that are well ──┘
 *
 * Invariants:
 * - Before the votes: an agent is judged after the results of a record are counted and before any target is decided by them.
 * - Fading: when a suspicion or cause ends, votes from before it do not count until the pairs are probed again.
 * - Bounded: a suspicion holds statuses for `HOLD_MS`; then votes that are set aside count as missing, and never as `down`.
 * - Pure: everything comes from the records of the shard, and time from its ticks.
 */
export class OddAgents {
  private readonly tallies = new Map<string, AgentTally>();
  private readonly counts: AnswerCounts;
  /** Agents to judge at the end of the record. */
  private readonly dirty = new Set<AgentTally>();
  /** Number of agents whose votes do not count. */
  private affected = 0;
  /** Of the results since the last call of `settleResults`: whether one was a reply, and how many pairs began to miss after it. */
  private hadReply = false;
  private missRun = 0;

  constructor(
    private readonly pairs: PairTable,
    private readonly directoryOf: () => ShardDirectory,
  ) {
    this.counts = new AnswerCounts(
      pairs,
      (agentId) => this.tallyOf(agentId),
      (tally) => this.dirty.add(tally),
    );
  }

  /** Returns what becomes of a miss of the agent: whether it counts, and if not, as what. */
  effectOf(agentId: string, slot: number): Exclude<VoteEffect, 'fading'> {
    const tally = this.affected === 0 ? undefined : this.tallies.get(agentId);
    if (tally?.effect !== 'fading') return tally?.effect ?? 'none';
    return this.isBeforeEnd(tally, slot) ? 'held' : 'none';
  }

  private isBeforeEnd({ endedAgeMs }: AgentTally, slot: number): boolean {
    return endedAgeMs !== null && this.pairs.lastVoteAgeMs(slot) <= endedAgeMs;
  }

  /** Tallies of all agents that were ever measured here. */
  tallyList(): Iterable<AgentTally> {
    return this.tallies.values();
  }

  /** Must be called after a result was judged. */
  onResult(slot: number, target: TargetEntry, isReply: boolean): void {
    if (isReply) {
      this.hadReply = true;
      this.missRun = 0;
    }
    if (this.counts.countAnswer(slot, target)) this.missRun++;
  }

  /** Must be called after the time changed the pair. */
  pairAged(slot: number, target: TargetEntry): void {
    this.counts.countAnswer(slot, target);
  }

  /** Must be called when the policy or the agents of a target may have changed. */
  targetChanged(target: TargetEntry): void {
    this.counts.recount(target);
  }

  pairReleased(slot: number, target: TargetEntry): void {
    this.counts.removePair(slot, target);
  }

  /** Applies a fact about an agent. Returns the targets whose votes it changes. */
  onAgent({ agentId, provider, region, standing }: AgentEntry, ageMs: number): TargetEntry[] {
    const known = this.tallies.get(agentId);
    if (known && (known.provider !== provider || known.region !== region)) this.countAgain();
    const tally = this.tallyOf(agentId);
    if (tally.standing !== standing) tally.wellAgeMs = null;
    tally.standing = standing;
    this.dirty.add(tally);
    return this.settleChanges(ageMs);
  }

  /** Judges agents after the results of one of them. Returns the targets whose votes it changes. */
  settleResults(agentId: string, ageMs: number): TargetEntry[] {
    const { hadReply, missRun } = this;
    this.hadReply = false;
    this.missRun = 0;
    if (hadReply || missRun > 0) {
      const tally = this.tallyOf(agentId);
      const before = tally.missRun;
      tally.missRun = (hadReply ? 0 : before) + missRun;
      if (tally.missRun !== before) this.dirty.add(tally);
    }
    return this.settleChanges(ageMs);
  }

  /** Judges the agents whose counts changed. Returns the targets whose votes it changes. */
  settleChanges(ageMs: number): TargetEntry[] {
    if (this.dirty.size === 0) return [];
    const inOrder = [...this.dirty].sort(byId);
    this.dirty.clear();
    return inOrder.flatMap((tally) => (this.judgeAgent(tally, ageMs) ? this.targetsOf(tally.agentId) : []));
  }

  /** Judges the agents for which the time matters too. Returns the targets whose votes it changes. */
  settleTick(ageMs: number): TargetEntry[] {
    for (const tally of this.tallies.values()) {
      const isWatched = tally.effect !== 'none' || tally.standing !== undefined;
      if (isWatched || this.areAnchorsSilent(tally.agentId)) this.dirty.add(tally);
    }
    const faded = [...this.tallies.values()].filter(({ effect }) => effect === 'fading').sort(byId);
    return [...this.settleChanges(ageMs), ...faded.flatMap((tally) => this.fadeVotes(tally))];
  }

  /** Returns the targets that the agent misses, of which some votes may count again; ends the fading when all do. */
  private fadeVotes(tally: AgentTally): TargetEntry[] {
    if (tally.effect !== 'fading') return [];
    const missed = this.targetsOf(tally.agentId)
      .flatMap(({ pairs }) => pairs)
      .filter(({ agentId, slot }) => agentId === tally.agentId && this.pairs.verdict(slot) === VERDICT.down);
    if (!missed.some(({ slot }) => this.isBeforeEnd(tally, slot))) {
      tally.endedAgeMs = null;
      tally.effect = 'none';
      this.affected--;
    }
    return missed.map(({ target }) => target);
  }

  /** Counts all pairs again, for example after they were restored. What was held of the agents stays. */
  countAgain(): void {
    const stored = this.stored();
    this.tallies.clear();
    this.restore(stored);
  }

  /** Returns what a checkpoint has to store, in canonical order. */
  stored(): StoredOddAgent[] {
    return [...this.tallies.values()].sort(byId).flatMap((tally) => storedOddAgent(tally) ?? []);
  }

  /** Restores what was stored, and counts the pairs. */
  restore(stored: readonly StoredOddAgent[]): void {
    for (const { agentId, ...held } of stored) Object.assign(this.tallyOf(agentId), held);
    this.counts.countAll(this.directoryOf().targets.values());
    this.affected = 0;
    for (const agentId of this.directoryOf().agents.keys()) this.tallyOf(agentId);
    for (const tally of this.tallies.values()) {
      const effect = decidedEffect(tally);
      tally.effect = effect === 'none' && tally.endedAgeMs !== null ? 'fading' : effect;
      if (tally.effect !== 'none') this.affected++;
    }
    this.dirty.clear();
  }

  /** Returns whether the agent's votes now count otherwise. */
  private judgeAgent(tally: AgentTally, ageMs: number): boolean {
    if (tally.misses === 0 && tally.effect === 'none' && tally.standing === undefined) return false;
    const evidence = { ageMs, areAnchorsSilent: this.areAnchorsSilent(tally.agentId) };
    const decided = judgeTally(tally, [...this.tallies.values()], evidence);
    const effect = decided === 'none' && tally.effect !== 'none' ? 'fading' : decided;
    if (effect === tally.effect) return false;
    tally.endedAgeMs = effect === 'fading' ? ageMs : null;
    this.affected += Number(effect !== 'none') - Number(tally.effect !== 'none');
    tally.effect = effect;
    return true;
  }

  private areAnchorsSilent(agentId: string): boolean {
    return this.directoryOf().agents.get(agentId)?.anchors === 'silent';
  }

  /** Returns the targets of the agent by ascending key, so that what follows is numbered in the same order in any process. */
  private targetsOf(agentId: string): TargetEntry[] {
    const targets = [...this.directoryOf().targets.values()].filter(({ selected }) => selected.includes(agentId));
    return targets.sort((a, b) => a.key - b.key);
  }

  private tallyOf(agentId: string): AgentTally {
    const known = this.tallies.get(agentId);
    if (known) return known;
    const { provider = '', region = '', standing } = this.directoryOf().agents.get(agentId) ?? {};
    const tally = { ...newTally(agentId, provider, region), standing };
    this.tallies.set(agentId, tally);
    return tally;
  }
}

function byId(a: AgentTally, b: AgentTally): number {
  return a.agentId < b.agentId ? -1 : 1;
}
