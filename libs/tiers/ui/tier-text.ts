import type { TierView } from '@icmp-mon/tiers/contract';

type Described = Pick<TierView, 'probeIntervalMs' | 'agentSelection' | 'verdictRule'>;

/** Returns what a tier means for its targets: which agents probe them how often, and when a target is down. */
export function tierText({ probeIntervalMs, agentSelection, verdictRule }: Described): string {
  const { strategy, count, regions } = agentSelection;
  const agents = strategy === 'all' ? 'every agent' : count === 1 ? '1 agent' : `${count} agents`;
  const where = regions.length === 0 ? '' : ` in ${regions.join(', ')}`;
  const misses = verdictRule.missesToFail === 1 ? 'one miss' : `${verdictRule.missesToFail} misses in a row`;
  const isOne = strategy === 'distributed' && count === 1;
  const needed = verdictRule.quorum === 'majority' ? 'more than half of them' : `${verdictRule.quorum} of them`;
  const groups = { none: '', providers: ', one vote per provider', regions: ', one vote per region' };
  const down = isOne
    ? `Down after ${misses}.`
    : `An agent judges down after ${misses}; the target is down when ${needed} agree${groups[verdictRule.independentVoters]}.`;
  return `Probed every ${probeIntervalMs / 1_000} s by ${agents}${where}. ${down}`;
}
