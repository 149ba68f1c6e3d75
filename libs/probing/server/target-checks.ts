import type { CheckType } from '@icmp-mon/probing/contract';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { type CheckDefinition, leadingCheck, TierChecks } from '@icmp-mon/tiers/contract';
import { Injectable } from '@nestjs/common';

/** How long the checks of a target are cached, in ms: they change with its tier only. */
const KEPT_MS = 30_000;
const ENTRIES_MAX = 20_000;
/** Keys per question of the directory. */
const KEYS_MAX = 1_000;

/** The checks of a target, by their numbers in its present tier. */
export class KnownChecks {
  private readonly leading: number | undefined;

  constructor(private readonly checks: readonly CheckDefinition[]) {
    this.leading = leadingCheck(checks)?.check;
  }

  /** Returns the type of a check; null if the tier does not have it any longer. */
  typeOf(check: number): CheckType | null {
    return this.checks.find((each) => each.check === check)?.type ?? null;
  }

  /** Numbers of the checks that are not in the figures of the target. Former checks are, so that a change of the tier hides no history. */
  get besides(): number[] {
    return this.checks.map(({ check }) => check).filter((check) => check !== this.leading);
  }

  /** Whether results of the check are in the figures of the target. */
  isInFigures(check: number): boolean {
    return check === this.leading || this.typeOf(check) === null;
  }
}

const NO_CHECKS = new KnownChecks([]);

/** Which checks targets have, for readers of their results. */
@Injectable()
export class TargetChecks {
  /** By target key. */
  private readonly known = new Map<number, { checks: KnownChecks; untilMs: number }>();

  constructor(
    private readonly targets: TargetDirectory,
    private readonly tiers: TierChecks,
  ) {}

  async ofTier(tier: string): Promise<KnownChecks> {
    return new KnownChecks(await this.tiers.checksOf(tier));
  }

  /** Loads the checks of targets, so that `ofTarget` can return them. */
  async loadTargets(keys: readonly number[]): Promise<void> {
    const nowMs = performance.now();
    // Before the missing keys are chosen: the keys that were known are then read again.
    if (this.known.size + keys.length > ENTRIES_MAX) this.known.clear();
    const wanted = [...new Set(keys)].filter((key) => (this.known.get(key)?.untilMs ?? 0) <= nowMs);
    for (let at = 0; at < wanted.length; at += KEYS_MAX) {
      const some = wanted.slice(at, at + KEYS_MAX);
      const found = await this.targets.byKeys(some, null);
      for (const key of some) {
        const target = found.get(key);
        const checks = target === undefined ? NO_CHECKS : await this.ofTier(target.tier);
        this.known.set(key, { checks, untilMs: nowMs + KEPT_MS });
      }
    }
  }

  /** Returns the checks of a target; undefined if they are not loaded. */
  ofTarget(key: number): KnownChecks | undefined {
    return this.known.get(key)?.checks;
  }
}
