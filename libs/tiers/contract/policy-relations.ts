import { sendingMs } from '@icmp-mon/probing/contract';
import type { CheckRequest, PolicyFault, SentPolicy } from './policy-request';
import type { AgentSelection, Diversity } from './tier';

/** Returns what is wrong with a policy whose members are valid each for itself, but not together. */
export function relationFaults(policy: SentPolicy): PolicyFault[] {
  const unreachable = quorumFaults(policy);
  return [
    ...timeFaults(policy),
    ...checkFaults(policy.checks),
    ...selectionFaults(policy),
    ...(unreachable.length > 0 ? unreachable : voterFaults(policy)),
  ];
}

function timeFaults(policy: SentPolicy): PolicyFault[] {
  return [...lengthFaults(policy), ...latencyFaults(policy)];
}

/** A round trip that is longer than the timeout is a miss. */
function latencyFaults({ probeTimeoutMs, verdictRule }: SentPolicy): PolicyFault[] {
  const { latencyMs } = verdictRule.degraded;
  if (latencyMs === null || latencyMs < probeTimeoutMs) return [];
  const detail = `must be shorter than probeTimeoutMs, which is ${probeTimeoutMs}: a longer round trip is a miss`;
  return [{ pointer: '#/verdictRule/degraded/latencyMs', detail }];
}

function lengthFaults({ probeIntervalMs, probeTimeoutMs, checks }: SentPolicy): PolicyFault[] {
  if (probeTimeoutMs < probeIntervalMs) {
    return checks.flatMap((check, at) => {
      const lengthMs = sendingMs(check) + probeTimeoutMs;
      if (lengthMs < probeIntervalMs) return [];
      const detail = `is ${check.packets}: with a timeout of ${probeTimeoutMs} ms a ping takes ${lengthMs} ms, and must be shorter than probeIntervalMs, which is ${probeIntervalMs}`;
      return [{ pointer: `#/checks/${at}/packets`, detail }];
    });
  }
  const detail = `must be shorter than probeIntervalMs, which is ${probeIntervalMs}: a probe ends before the next one begins`;
  return [{ pointer: '#/probeTimeoutMs', detail }];
}

function checkFaults(checks: readonly CheckRequest[]): PolicyFault[] {
  return checks.flatMap((check, at) => {
    const before = checks.slice(0, at);
    const same = before.findIndex((each) => checkIdentity(each) === checkIdentity(check));
    if (same >= 0)
      return [{ pointer: `#/checks/${at}`, detail: `is the same check as #/checks/${same}: remove one of them` }];
    const taken = check.check === undefined ? -1 : before.findIndex((each) => each.check === check.check);
    if (taken < 0) return [];
    return [
      {
        pointer: `#/checks/${at}/check`,
        detail: `is the number of #/checks/${taken} too: leave it out for a new number`,
      },
    ];
  });
}

/** Returns what a check probes, as a text: two checks with the same text are the same check. */
export function checkIdentity({ check: _check, expect: _expect, ...probed }: CheckRequest): string {
  const entries = Object.entries(probed).filter(([, value]) => value !== undefined);
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function selectionFaults({ agentSelection }: SentPolicy): PolicyFault[] {
  const { regions, requireTags, excludeTags } = agentSelection;
  const twice = regions.findIndex((region, at) => regions.indexOf(region) !== at);
  const excluded = Object.entries(requireTags).find(([key, value]) => excludeTags[key] === value);
  return [
    ...(twice < 0
      ? []
      : [{ pointer: `#/agentSelection/regions/${twice}`, detail: 'is listed twice: remove one of them' }]),
    ...(excluded === undefined
      ? []
      : [
          {
            pointer: '#/agentSelection/excludeTags',
            detail: `excludes ${excluded.join('=')}, which requireTags requires: no agent can match`,
          },
        ]),
    ...diversityFaults(agentSelection, 'minRegions', 'regions'),
    ...diversityFaults(agentSelection, 'minProviders', 'providers'),
  ];
}

function diversityFaults(
  { strategy, count, regions, diversity }: AgentSelection,
  member: keyof Diversity,
  what: string,
): PolicyFault[] {
  const wanted = diversity[member];
  const pointer = `#/agentSelection/diversity/${member}`;
  if (strategy === 'distributed' && wanted > count)
    return [
      {
        pointer,
        detail: `is ${wanted}, but a target has ${count} agents (count), which are in at most ${count} ${what}`,
      },
    ];
  if (member === 'minRegions' && regions.length > 0 && wanted > regions.length)
    return [{ pointer, detail: `is ${wanted}, but the tier selects agents of ${regions.length} regions only` }];
  return [];
}

function quorumFaults({ agentSelection: { strategy, count }, verdictRule: { quorum } }: SentPolicy): PolicyFault[] {
  if (quorum === 'majority' || strategy === 'all' || quorum <= count) return [];
  const detail = `is ${quorum}, but a target has ${count} agents (count): no status could be reached. Use at most ${count}, or "majority"`;
  return [{ pointer: '#/verdictRule/quorum', detail }];
}

/**
 * The least number of groups is what the selection must give, so that the quorum can be reached and no group decides alone. Targets for
 * which the fleet cannot give it are reported as not placed as asked.
 */
function voterFaults({
  agentSelection: { diversity },
  verdictRule: { independentVoters, quorum },
}: SentPolicy): PolicyFault[] {
  if (independentVoters === 'none') return [];
  const member = independentVoters === 'providers' ? 'minProviders' : 'minRegions';
  const needed = Math.max(2, quorum === 'majority' ? 0 : quorum);
  if (diversity[member] >= needed) return [];
  const why =
    needed > 2 ? `because the quorum is ${needed}` : `otherwise one of the ${independentVoters} decides alone`;
  const detail = `is ${diversity[member]}, but verdictRule.independentVoters is ${independentVoters}: require at least ${needed}, ${why}`;
  return [{ pointer: `#/agentSelection/diversity/${member}`, detail }];
}
