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

  constructor(private readonly log: CheckLog) {}

  get size(): number {
    return this.byKey.size;
  }

  get(key: number): ValidatedTarget | undefined {
    return this.byKey.get(key);
  }

  values(): IterableIterator<ValidatedTarget> {
    return this.byKey.values();
  }

  checksOf({ key }: TargetEntry): readonly ValidatedCheck[] {
    return this.byKey.get(key)?.checks ?? [];
  }

  /** Applies the tier policy and the selected agents of the target: begins and removes checks and pairs. */
  followTarget(target: TargetEntry, clock: ShardClock, place: RecordPlace): void {
    const { policy } = target;
    if (!policy) return;
    const wanted = expectedFailuresOf(policy);
    let known = this.byKey.get(target.key);
    if (known && (known.tier !== target.tier || wanted.size === 0)) {
      this.removeTarget(target, clock, place);
      known = undefined;
    }
    if (wanted.size === 0) return;
    if (known) {
      for (const check of known.checks) if (!wanted.has(check.check)) this.log.removeCheck(target, check, clock, place);
      known.checks = known.checks.filter(({ check }) => wanted.has(check));
    }
    const entry = known ?? this.addTarget(target);
    for (const definition of policy.checks) {
      if (!wanted.has(definition.check) || entry.checks.some(({ check }) => check === definition.check)) continue;
      entry.checks.push(this.log.beginCheck(target, definition, clock, place));
    }
    this.link(entry, policy, clock.ageMs);
  }

  removeTarget(target: TargetEntry, clock: ShardClock, place: RecordPlace): void {
    const known = this.byKey.get(target.key);
    if (!known) return;
    for (const check of known.checks) this.log.removeCheck({ ...target, tier: known.tier }, check, clock, place);
    if (!known.hasControl) this.withoutControl--;
    this.byKey.delete(target.key);
  }

  /** Adds a target without checks, which `restore` and `followTarget` then fill. */
  addTarget(target: TargetEntry): ValidatedTarget {
    const entry = { target, tier: target.tier, checks: [], byAgent: new Map(), hasControl: true };
    this.byKey.set(target.key, entry);
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
