import type { FilterSubject, FilterVocabulary, TargetView } from '@icmp-mon/targets/contract';

/** Names from other sources than the loaded rows. */
export interface KnownNames {
  tiers: readonly string[];
  agents: readonly string[];
}

/** Returns the names that completion offers: tags, names, VRFs, owners and parents of loaded rows, and all tiers and agents. */
export function vocabularyOf(rows: readonly TargetView[], { tiers, agents }: KnownNames): FilterVocabulary {
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
  return {
    tagKeys: [...tagKeys].sort(),
    valuesOf: (subject) => [...(valuesOf.get(subject) ?? [])].sort(),
  };
}
