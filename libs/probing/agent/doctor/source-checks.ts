import type { AssignedTier } from '@icmp-mon/assignment/contract';
import { hasAddress } from '../executors/own-addresses';
import { type CheckResult, ok, warning } from './finding';

/** Whether this machine has the addresses from which the pings of its assigned tiers are sent. */
export function checkSources(tiers: ReadonlyMap<string, AssignedTier>): CheckResult {
  const sources = new Map<string, string[]>();
  for (const [tier, { checks }] of tiers) {
    for (const { source } of checks)
      if (source !== undefined) sources.set(source, [...(sources.get(source) ?? []), tier]);
  }
  const [first] = [...sources].filter(([source]) => !hasAddress(source));
  if (first === undefined) {
    return ok(
      sources.size === 0 ? 'No check pings from a set address.' : `This machine has ${[...sources.keys()].join(', ')}.`,
    );
  }
  const [source, names] = first;
  return warning(
    `This machine does not have ${source}, from which checks of ${names.join(', ')} ping: their results are errors.`,
    `ip address add ${source}/${source.includes(':') ? 128 : 32} dev lo, or change the source address in the tier.`,
  );
}
