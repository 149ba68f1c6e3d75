import { type BulkChange, TAG_KEY } from '@icmp-mon/targets/contract';
import { parseTags } from './tag-text';

/** Values of the bulk dialog; an empty text leaves the field of each target as it is. */
export interface BulkValues {
  action: 'change' | 'remove';
  addTags: string;
  removeTags: string;
  tier: string;
  probing: '' | 'pause' | 'resume';
  /** A dash removes the owner. */
  owner: string;
}

const NO_OWNER = '-';

export const NO_BULK_VALUES: BulkValues = {
  ...{ action: 'change', addTags: '', removeTags: '', tier: '' },
  ...{ probing: '', owner: '' },
};

const keysIn = (text: string): string[] => [...new Set(text.split(/[\s,]+/).filter((key) => key !== ''))];

/** Returns the change that the values state; null if they state none. */
export function changeOf({ addTags, removeTags, tier, probing, owner }: BulkValues): BulkChange | null {
  const parsed = parseTags(addTags);
  const change: BulkChange = {};
  if ('tags' in parsed && Object.keys(parsed.tags).length > 0) change.addTags = parsed.tags;
  if (keysIn(removeTags).length > 0) change.removeTags = keysIn(removeTags);
  if (tier !== '') change.tier = tier;
  if (probing !== '') change.paused = probing === 'pause';
  if (owner.trim() !== '') change.owner = owner.trim() === NO_OWNER ? null : owner.trim();
  return Object.keys(change).length === 0 ? null : change;
}

interface Fault {
  kind: 'tags';
  message: string;
}

export function tagsFault(text: string): Fault | undefined {
  const parsed = parseTags(text);
  return 'error' in parsed ? { kind: 'tags', message: parsed.error } : undefined;
}

export function keysFault(text: string): Fault | undefined {
  const invalid = keysIn(text).find((key) => !TAG_KEY.test(key));
  return invalid === undefined ? undefined : { kind: 'tags', message: `"${invalid}" is not the key of a tag.` };
}
