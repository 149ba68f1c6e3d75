import { tagsFault } from '@icmp-mon/platform/text';
import type { ExistingAction } from '@icmp-mon/targets/contract';
import { type LineMembers, TARGET_TAGS } from '@icmp-mon/targets/wire';

/** To which source a target belongs, and what that source has set. */
export interface Ownership {
  source_id: string;
  source_name: string;
  tag_keys: string[];
  left_at: Date | null;
  /** Whether the source has paused the target since it left the list; still true if it came back after the pausing failed. */
  is_paused: boolean;
}

/** The source that asks, as far as its rules matter. */
export interface AskingSource {
  id: string;
  existing: ExistingAction;
}

/**
 * Returns what an entry of a source changes of a target, or why the source may not change it.
 *
 * The source owns the name, if it gives one, and the tags that it has set. Everything else is people's: tier, pause, parents, notes, owner and
 * other tags stay as they are. A target that the source paused because it had left the list continues when it is listed again.
 */
export function sourcedMembers(
  listed: LineMembers,
  current: { tags: Record<string, string> } | undefined,
  owned: Ownership | undefined,
  source: AskingSource,
): { members: LineMembers } | { reason: string } {
  if (current === undefined) return { members: listed };
  if (owned !== undefined && owned.source_id !== source.id) {
    return { reason: `is a target of the inventory source "${owned.source_name}", which listed it first` };
  }
  if (owned === undefined && source.existing === 'leave') {
    return {
      reason: 'is a target already, and this source takes over no targets that it did not create (existing: leave)',
    };
  }
  const { name, tags: given = {} } = listed;
  const former = owned?.tag_keys ?? [];
  const kept = Object.entries(current.tags).filter(([key]) => !former.includes(key));
  const tags = { ...Object.fromEntries(kept), ...given };
  const fault = tagsFault(tags, TARGET_TAGS);
  if (fault !== null) return { reason: `its tags ${fault}, together with the tags that people set` };
  const isContinued = owned?.is_paused === true;
  return { members: { tags, ...(name !== undefined && { name }), ...(isContinued && { paused: false }) } };
}

/** Returns whether a target must be recorded as one that the source lists with these tags. */
export const needsRecord = (owned: Ownership | undefined, listed: LineMembers): boolean =>
  owned === undefined ||
  owned.left_at !== null ||
  owned.is_paused ||
  [...owned.tag_keys].sort().join() !==
    Object.keys(listed.tags ?? {})
      .sort()
      .join();
