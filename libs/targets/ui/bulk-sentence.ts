import { countText } from '@icmp-mon/platform/ui-kit';
import { type BulkChange, type BulkPreview, type ExpandRequest, tagsAsText } from '@icmp-mon/targets/contract';
import type { BulkRequest } from './bulk.client';

const LIST = new Intl.ListFormat('en-GB', { type: 'conjunction' });

const targets = (count: number): string => (count === 1 ? '1 target' : `${countText(count)} targets`);

/** Returns what each member of a change does: a verb with its object, and, with a number of targets, where. */
function partsOf(change: BulkChange, on: (member: keyof BulkChange, preposition: string) => string): string[] {
  const { addTags, removeTags, tier, paused, owner } = change;
  const parts: string[] = [];
  if (addTags !== undefined) parts.push(`sets ${tagsAsText(addTags)}${on('addTags', 'on')}`);
  if (removeTags !== undefined) {
    const keys = LIST.format(removeTags);
    parts.push(`removes the tag${removeTags.length === 1 ? '' : 's'} ${keys}${on('removeTags', 'from')}`);
  }
  if (tier !== undefined) parts.push(`changes the tier${on('tier', 'of')} to ${tier}`);
  if (paused !== undefined) parts.push(`${paused ? 'pauses' : 'resumes'} probing${on('paused', 'of')}`);
  if (owner === null) parts.push(`removes the owner${on('owner', 'of')}`);
  else if (owner !== undefined) parts.push(`sets the owner${on('owner', 'of')} to ${owner}`);
  return parts;
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** Returns a change in words, without numbers of targets: `sets role=edge and changes the tier to gold`. */
export const changeWords = (change: BulkChange): string => LIST.format(partsOf(change, () => ''));

/** Returns what a request would do, as one sentence: `Sets role=edge on 1,204 targets and changes the tier of 311 targets to gold.` */
export function requestSentence({ route, body }: BulkRequest, { count, changes, members }: BulkPreview): string {
  if (route === 'expand') return expandSentence(body, { count, changes });
  const selected = `${count === 1 ? 'the' : `all ${countText(count)}`} selected ${count === 1 ? 'target' : 'targets'}`;
  if (count === 0) return 'No target is selected, so nothing would be changed.';
  if (body.change === undefined) {
    if (changes === 0) return 'Removes no target.';
    return changes === count ? `Removes ${selected}.` : `Removes ${countText(changes)} of ${targets(count)}.`;
  }
  if (changes === 0)
    return `Changes none of ${count === 1 ? 'the' : countText(count)} selected ${count === 1 ? 'target' : 'targets'}.`;
  const countOf = (member: keyof BulkChange): number => members.find((each) => each.member === member)?.changes ?? 0;
  const change = Object.fromEntries(
    Object.entries(body.change).filter(([member]) => countOf(member as keyof BulkChange) > 0),
  );
  return sentence(LIST.format(partsOf(change, (member, preposition) => ` ${preposition} ${targets(countOf(member))}`)));
}

function expandSentence(
  { tier }: Pick<ExpandRequest, 'tier'>,
  { count, changes }: { count: number; changes: number },
): string {
  const of = changes === count ? '' : ` of ${countText(count)}`;
  if (changes === 0)
    return `Adds no target: ${count === 1 ? 'the address is a target' : `all ${countText(count)} addresses are targets`} already.`;
  return `Adds ${countText(changes)}${of} ${count === 1 ? 'address' : 'addresses'} as targets of the tier ${tier}.`;
}
