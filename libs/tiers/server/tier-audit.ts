import { audited, flatFields } from '@icmp-mon/platform/plugins';
import { completePolicy, type TierEvent } from '@icmp-mon/tiers/contract';
import { TIER } from './tier';

/** How the audit describes the events of tiers. */
export const TIER_AUDIT = audited<TierEvent>({
  aggregate: TIER,
  kind: 'tier',
  types: {
    TierDefined: {
      did: () => 'defined the tier',
      fields: ({ policy, builtIn }) => ({ builtIn: String(builtIn), ...policyFields(completePolicy(policy)) }),
    },
    TierRemovalStarted: {
      did: ({ successor }) => `began to remove the tier: its targets move to ${successor}`,
      fields: ({ successor }, before) => ({ ...before, successor }),
    },
    TierRemoved: { did: () => 'removed the tier', fields: () => ({}) },
  },
  // The id of a tier is its name.
  nameEntities: (_sql, names) => Promise.resolve(new Map(names.map((name) => [name, name]))),
});

/** Checks are listed by their number, which they keep when others are removed. */
function policyFields({ checks, ...policy }: ReturnType<typeof completePolicy>): Record<string, string | null> {
  const members = Object.entries(policy).map(([name, value]) => flatFields(name, value as unknown));
  const listed = checks.map(({ check, ...parameters }) => flatFields(`check.${check}`, parameters));
  return Object.assign({}, ...members, ...listed) as Record<string, string | null>;
}
