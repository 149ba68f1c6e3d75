import { countText } from '@icmp-mon/platform/ui-kit';
import {
  type AskedTags,
  type FilterSubject,
  type FilterVocabulary,
  TAG_TARGETS_MAX,
  type TagList,
  type TargetView,
} from '@icmp-mon/targets/contract';

/** Tags as the server listed them. */
export type ListedTags = AskedTags & Pick<TagList, 'items'>;

/** Names from other sources than the loaded rows. */
export interface KnownNames {
  tiers: readonly string[];
  agents: readonly string[];
  /** Keys or values of tags of all targets. */
  tags?: ListedTags;
}

/**
 * Returns the names that completion offers: tags, names, VRFs, owners and parents of loaded rows, all tiers and agents, and the tags that the
 * server listed.
 */
export function vocabularyOf(
  rows: readonly TargetView[],
  { tiers, agents, tags: listed }: KnownNames,
): FilterVocabulary {
  const valuesOf = new Map<string, Set<string>>();
  const add = (subject: FilterSubject, value: string): void => {
    const values = valuesOf.get(subject) ?? new Set();
    valuesOf.set(subject, values.add(value));
  };
  const tagKeys = new Set<string>();
  for (const { name, vrf, tags, owner, parents } of rows) {
    if (name !== null) add('name', name);
    if (owner !== null) add('owner', owner);
    for (const { ip } of parents) add('parent', ip);
    add('vrf', vrf);
    for (const [key, value] of Object.entries(tags)) {
      tagKeys.add(key);
      add(`tag:${key}`, value);
    }
  }
  for (const tier of tiers) add('tier', tier);
  for (const agent of agents) add('agent', agent);
  for (const { text } of listed?.items ?? []) {
    if (listed?.key === null) tagKeys.add(text);
    else add(`tag:${listed?.key}`, text);
  }
  return {
    tagKeys: [...tagKeys].sort(),
    valuesOf: (subject) => [...(valuesOf.get(subject) ?? [])].sort(),
    targetsOf(key, value) {
      if (listed?.key !== (value === undefined ? null : key)) return null;
      const found = listed.items.find(({ text }) => text === (value ?? key));
      return found === undefined ? null : targetsText(found.targets);
    },
  };
}

function targetsText(targets: number): string {
  if (targets >= TAG_TARGETS_MAX) return `${countText(TAG_TARGETS_MAX)} targets or more`;
  return targets === 1 ? '1 target' : `${countText(targets)} targets`;
}
