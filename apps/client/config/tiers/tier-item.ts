import { didYouMean } from '@icmp-mon/platform/text';
import { POLICY_MEMBERS, TIER_NAME, TIER_NAME_RULE } from '@icmp-mon/tiers/contract';
import { isObject } from '../../input';
import type { ItemFault } from '../fault';

/** A tier of a file: its name, and the members that the file states. */
export interface TierItem {
  name: string;
  policy: Readonly<Record<string, unknown>>;
}

/** Members whose own members are stated one by one. */
const OBJECTS: readonly string[] = ['agentSelection', 'verdictRule'];

/** Parses a tier; the values of its members are checked together with those of the server. */
export function readTierItem(value: unknown): { item: TierItem } | { faults: ItemFault[] } {
  if (!isObject(value)) return refused([], 'A tier must be an object: - name: …');
  const { name, ...policy } = value;
  if (typeof name !== 'string' || !TIER_NAME.test(name))
    return refused(
      ['name'],
      name === undefined ? 'name is required.' : `name: a name ${TIER_NAME_RULE}. Numbers and true need quotes.`,
    );
  const faults = Object.entries(policy).flatMap(([member, given]): ItemFault[] => {
    if (!POLICY_MEMBERS.some((each) => each === member)) {
      const names = ['name', ...POLICY_MEMBERS];
      return [
        {
          path: [member],
          text: `${member} is not a member of a tier${didYouMean(member, names)} Members: ${names.join(', ')}.`,
        },
      ];
    }
    if (OBJECTS.includes(member) && !isObject(given)) return [{ path: [member], text: `${member} must be an object.` }];
    return given === null
      ? [{ path: [member], text: `${member} has no default: state a value, or leave the member out.` }]
      : [];
  });
  return faults.length > 0 ? { faults } : { item: { name, policy } };
}

const refused = (path: ItemFault['path'], text: string): { faults: ItemFault[] } => ({ faults: [{ path, text }] });
