import type { BulkReason } from '@icmp-mon/targets/contract';
import { TARGET_TAGS } from '@icmp-mon/targets/wire';

/** Why a target is not changed, as a sentence. The reason `refused` has the text of the rule that refused it. */
export const REASON_TEXTS: Readonly<Record<Exclude<BulkReason, 'refused'>, string>> = {
  unchanged: 'The target already is as asked.',
  already_target: 'The address is already a target of this VRF.',
  removed: 'The target was removed after the job was accepted.',
  no_longer_matches: 'The target was changed after the job was accepted, and the filter no longer selects it.',
  too_many_tags: `The target would have more than ${TARGET_TAGS.tagsMax} tags.`,
  has_dependents: 'Targets that are not removed depend on it. Remove it from their parents first.',
};
