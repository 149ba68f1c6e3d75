import type { SourceDefinition } from '@icmp-mon/targets/contract';
import { placeKey } from '../import/known-targets';
import type { OwnedTarget } from './owned-targets';

type LeftRules = Pick<SourceDefinition, 'left' | 'leftSharePercent'>;

/** The targets of a source that are not in its list, and whether a run may act on them. */
export interface LeftDecision {
  /** All that are not listed. */
  left: OwnedTarget[];
  /** Those of them for which nothing was done yet. */
  pending: OwnedTarget[];
  /** Whether they are too many to pause or remove without a confirmation. */
  needsConfirmation: boolean;
}

/**
 * Decides by the whole list. At least one target may be paused or removed by a run, also of a source with few targets.
 * @param confirmed number of targets that a person confirmed; null without a confirmation
 */
export function decideLeft(
  owned: readonly OwnedTarget[],
  listed: ReadonlyMap<string, number>,
  rules: LeftRules,
  confirmed: number | null,
): LeftDecision {
  const left = owned.filter((target) => !listed.has(placeKey(target)));
  const pending = left.filter(({ left_at, is_left_handled }) => left_at === null || !is_left_handled);
  const counts = { before: owned.length - (left.length - pending.length), pending: pending.length };
  return { left, pending, needsConfirmation: areTooMany(counts, rules, confirmed) };
}

/** Returns whether targets that left are too many to act on them without a confirmation. `before`: those of the source when all were listed. */
export function areTooMany(
  { before, pending }: { before: number; pending: number },
  { left: action, leftSharePercent }: LeftRules,
  confirmed: number | null,
): boolean {
  const most = Math.max(1, Math.floor((before * leftSharePercent) / 100));
  return action !== 'keep' && pending > most && pending > (confirmed ?? 0);
}
