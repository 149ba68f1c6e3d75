import type { Scope } from '@icmp-mon/identity/contract';
import type { BulkReason } from '@icmp-mon/targets/contract';
import { TARGET_TAGS } from '@icmp-mon/targets/wire';
import { outsideText } from '../within-scope';

/** Reasons with a text of their own; `refused` has the text of the rule that refused the target. */
type ExplainedReason = Exclude<BulkReason, 'refused'>;

const TEXTS: Readonly<Record<Exclude<ExplainedReason, 'outside_scope'>, string>> = {
  unchanged: 'The target already is as asked.',
  already_target: 'The address is already a target of this VRF.',
  removed: 'The target was removed after the job was accepted.',
  no_longer_matches: 'The target was changed after the job was accepted, and the filter no longer selects it.',
  too_many_tags: `The target would have more than ${TARGET_TAGS.tagsMax} tags.`,
  has_dependents: 'Targets that are not removed depend on it. Remove it from their parents first.',
};

/** Texts for a caller with a scope: they are the same whether or not targets outside of the scope are the reason. */
const TEXTS_IN_SCOPE: Partial<typeof TEXTS> = {
  removed: 'The target was removed, or left your scope, after the job was accepted.',
  has_dependents: 'Dependencies between targets do not allow the removal.',
};

/** Returns why a target is not changed, as a sentence for the caller. */
export function reasonText(reason: ExplainedReason, scope: Scope): string {
  if (reason === 'outside_scope') return outsideText(scope ?? '');
  return (scope === null ? undefined : TEXTS_IN_SCOPE[reason]) ?? TEXTS[reason];
}
