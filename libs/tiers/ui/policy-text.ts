import { tagsAsText } from '@icmp-mon/targets/contract';
import type { CheckRequest, TierPolicy } from '@icmp-mon/tiers/contract';

type Selection = TierPolicy['agentSelection'];

/** Formats a time of a policy in its largest whole unit: `500 ms`, `15 s`, `5 min`, `1 h`. */
export function spanText(ms: number): string {
  if (ms === 0 || ms % 1_000 !== 0) return `${ms} ms`;
  if (ms % 60_000 !== 0) return `${ms / 1_000} s`;
  return ms % 3_600_000 === 0 ? `${ms / 3_600_000} h` : `${ms / 60_000} min`;
}

/** Formats how many agents probe a target: `3 agents`, `all agents`. */
export function agentCountText({ strategy, count }: Selection): string {
  if (strategy === 'all') return 'all agents';
  return count === 1 ? '1 agent' : `${count} agents`;
}

/** Formats from which agents they are selected: `in fra, ber; with net=core; without role=lab`. Empty without a restriction. */
export function agentScopeText({ regions, requireTags, excludeTags }: Selection): string {
  const parts = [
    ...(regions.length === 0 ? [] : [`in ${regions.join(', ')}`]),
    ...(isEmpty(requireTags) ? [] : [`with ${tagsAsText(requireTags)}`]),
    ...(isEmpty(excludeTags) ? [] : [`without ${tagsAsText(excludeTags)}`]),
  ];
  return parts.join('; ');
}

/** Formats the diversity: `2 regions, 2 providers`. Empty if none is required. */
export function diversityText({ diversity: { minRegions, minProviders } }: Selection): string {
  const parts = [
    ...(minRegions > 1 ? [`${minRegions} regions`] : []),
    ...(minProviders > 1 ? [`${minProviders} providers`] : []),
  ];
  return parts.join(', ');
}

/** Formats a check: `icmp_ping`, `tcp_connect port 23 must not answer`; of flags only their name. */
export function checkText({ check: _check, type, expect, ...parameters }: CheckRequest): string {
  const values = Object.entries(parameters).map(([name, value]) => (value === true ? name : `${name} ${value}`));
  return [type, ...values, ...(expect === 'unreachable' ? ['must not answer'] : [])].join(' ');
}

/** Formats when a target is down: `2 misses, majority`, `2 misses, 3 agents agree`. */
export function ruleText({ missesToFail, quorum }: TierPolicy['verdictRule']): string {
  const misses = missesToFail === 1 ? '1 miss' : `${missesToFail} misses`;
  if (quorum === 'majority') return `${misses}, majority`;
  return `${misses}, ${quorum === 1 ? '1 agent' : `${quorum} agents`}`;
}

/** Formats from which limits on a verdict is degraded without a baseline: `10 % loss, 200 ms`, `none`. */
export function limitsText({ degraded: { lossPercent, latencyMs } }: TierPolicy['verdictRule']): string {
  const parts = [
    ...(lossPercent === null ? [] : [`${lossPercent} % loss`]),
    ...(latencyMs === null ? [] : [spanText(latencyMs)]),
  ];
  return parts.join(', ') || 'none';
}

/** Formats what counts as one voter: `each agent`, `each provider`. */
export function votersText({ independentVoters }: TierPolicy['verdictRule']): string {
  return { none: 'each agent', providers: 'each provider', regions: 'each region' }[independentVoters];
}

const isEmpty = (tags: Record<string, string>): boolean => Object.keys(tags).length === 0;
