import type { PolicyEntry, RecordPlace, ShardClock, TargetEntry } from '@icmp-mon/shard/engine';
import { CLEARING_PROOFS } from './check-rules';
import type { CheckLog } from './check-log';
import { expectedFailuresOf } from './expected-failures';
import { newPair, type ValidatedCheck, type ValidatedPair, type ValidatedTarget } from './validated-check';

/** The targets of one shard whose tier has checks that expect `unreachable`, with these checks and the pairs that probe them. */
export class ValidatedTargets {
  /** Number of targets whose tier has no check that expects `reachable`. */
  withoutControl = 0;
  private readonly byKey = new Map<number, ValidatedTarget>();
  /** By ascending key; null after a change. */
  private sorted: ValidatedTarget[] | null = null;

  constructor(private readonly log: CheckLog) {}

  get size(): number {
    return this.byKey.size;
  }

  get(key: number): ValidatedTarget | undefined {
    return this.byKey.get(key);
  }

  /** Returns the targets by ascending key: changes are numbered in this order, also after a restore. */
  inOrder(): readonly ValidatedTarget[] {
    return (this.sorted ??= [...this.byKey.values()].sort((a, b) => a.target.key - b.target.key));
  }

  checksOf({ key }: TargetEntry): readonly ValidatedCheck[] {
    return this.byKey.get(key)?.checks ?? [];
  }

  /** Applies the tier policy and the selected agents of the target: begins and removes checks and pairs. */
  followTarget(target: TargetEntry, clock: ShardClock, place: RecordPlace): void {
    const { policy } = target;
    const wanted = policy && expectedFailuresOf(policy);
    let known = this.byKey.get(target.key);
    if (known && (known.tier !== target.tier || !wanted?.size)) {
      this.removeTarget(target, clock, place);
      known = undefined;
    }
    if (!policy || !wanted?.size) return;
    if (known) {
      for (const check of known.checks) if (!wanted.has(check.check)) this.log.removeCheck(target, check, clock, place);
      known.checks = known.checks.filter(({ check }) => wanted.has(check));
    }
    const entry = known ?? this.addTarget(target);
    for (const definition of policy.checks) {
      if (!wanted.has(definition.check)) continue;
      const begun = entry.checks.find(({ check }) => check === definition.check);
      // A number means the same check forever, but older facts do not state its port.
      if (begun) begun.port = definition.port ?? null;
      else entry.checks.push(this.log.beginCheck(target, definition, clock, place));
    }
    this.link(entry, policy, clock.ageMs);
  }

  removeTarget(target: TargetEntry, clock: ShardClock, place: RecordPlace): void {
    const known = this.byKey.get(target.key);
    if (!known) return;
    for (const check of known.checks) this.log.removeCheck({ ...target, tier: known.tier }, check, clock, place);
    this.forgetTarget(known);
  }

  private forgetTarget({ target, hasControl }: ValidatedTarget): void {
    if (!hasControl) this.withoutControl--;
    this.byKey.delete(target.key);
    this.sorted = null;
  }

  /** Drops the checks that are not stored, without effects: they were removed, and their logs ended, while records of the log were lost. */
  dropChecks(isStored: (entry: ValidatedTarget, check: ValidatedCheck) => boolean): number {
    let dropped = 0;
    for (const entry of this.inOrder()) {
      const kept = entry.checks.filter((check) => isStored(entry, check));
      dropped += entry.checks.length - kept.length;
      entry.checks = kept;
      for (const [agentId, pairs] of entry.byAgent)
        entry.byAgent.set(
          agentId,
          pairs.filter(({ check }) => kept.includes(check)),
        );
      if (kept.length === 0) this.forgetTarget(entry);
    }
    return dropped;
  }

  /** Adds a target without checks, which `restore` and `followTarget` then fill. */
  addTarget(target: TargetEntry): ValidatedTarget {
    const entry = { target, tier: target.tier, checks: [], byAgent: new Map(), hasControl: true };
    this.byKey.set(target.key, entry);
    this.sorted = null;
    return entry;
  }

  /** Connects checks and agents: pairs that remain keep their state. */
  link(entry: ValidatedTarget, policy: PolicyEntry, ageMs: number): void {
    entry.checks.sort((a, b) => a.check - b.check);
    entry.byAgent = new Map(entry.target.selected.map((agentId) => [agentId, []]));
    for (const check of entry.checks) {
      const before = check.pairs;
      check.intervalMs = policy.intervalMs;
      check.pairs = entry.target.selected.map(
        (agentId) => before.find((pair) => pair.agentId === agentId) ?? newPair(agentId, check, ageMs),
      );
      // Another agent's earlier proofs do not end a violation that an agent found which no longer probes.
      if (before.some((pair) => pair.reached && !check.pairs.includes(pair))) {
        for (const pair of check.pairs) pair.proofsInRow = 0;
      }
      for (const pair of check.pairs) entry.byAgent.get(pair.agentId)?.push(pair);
    }
    const hasControl = policy.checks.length > expectedFailuresOf(policy).size;
    if (hasControl !== entry.hasControl) this.withoutControl += hasControl ? -1 : 1;
    entry.hasControl = hasControl;
  }
}

/** Counts the latest failed probe of the pair as a proof. */
export function noteProof(pair: ValidatedPair, ageMs: number): void {
  pair.provenMs = pair.failedMs;
  pair.proofsInRow = Math.min(pair.proofsInRow + 1, CLEARING_PROOFS);
  pair.check.lastProofMs = Math.max(pair.check.lastProofMs, pair.provenMs);
  pair.check.lastProofAgeMs = ageMs;
}
