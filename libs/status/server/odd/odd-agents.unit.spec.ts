import { describe, expect, it } from 'vitest';
import { HOLD_MS, STANDING_WELL_MS } from './agent-tally';
import { downsOf, type FleetOptions, OddFleet } from './odd-fleet.test-data';

const S = 1_000;
const FAULT_MS = 15 * S;

const SITE = (quorum: FleetOptions['quorum'], bursts = false): FleetOptions => ({
  ...{ seed: 7, quorum, bursts },
  agents: ['a', 'b', 'c', 'd'].map((name) => ({ provider: name, region: 'r' })),
  targets: Array.from({ length: 60 }, () => [0, 1, 2]),
});

/** Fleet in which agents cease to reach anything. */
function losing(options: FleetOptions, ...lost: number[]): OddFleet {
  const fleet = new OddFleet(options).letPass(FAULT_MS);
  fleet.reach = (agent) => !lost.includes(agent);
  return fleet;
}

function statusesOf(fleet: OddFleet): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const key of fleet.state.targets.keys()) counts[fleet.statusOf(key)] = (counts[fleet.statusOf(key)] ?? 0) + 1;
  return counts;
}

describe('real outages', () => {
  it.each([
    ['majority', false],
    ['majority', true],
    [1, false],
  ] as const)('of a whole site are called down without delay by a quorum of %s (bursts: %s)', (quorum, bursts) => {
    const site = { ...SITE(quorum, bursts), targets: Array.from({ length: 500 }, () => [0, 1, 2]) };
    const outage = (believesAll: boolean): Map<number, number> => {
      const fleet = new OddFleet(site).letPass(FAULT_MS);
      fleet.reach = () => false;
      if (believesAll) fleet.state.odd.effectOf = () => 'none';
      return downsOf(fleet.letPass(20 * S));
    };
    const judged = outage(false);
    expect(judged.size).toBe(500);
    expect(judged).toEqual(outage(true));
  });

  it('of all targets of the only agent are called down while its anchors answer', () => {
    const single = { ...SITE('majority'), agents: [{ provider: 'a', region: 'r' }] };
    const fleet = losing({ ...single, targets: Array.from({ length: 60 }, () => [0]) }, 0);
    fleet.tellAgent(0, { anchors: 'answer' }).letPass(20 * S);
    expect(statusesOf(fleet)).toEqual({ 'down quorum_down': 60 });
  });
});

describe('an agent that is set aside', () => {
  it('holds the statuses for a time, and then leaves them unknown, never down', () => {
    const fleet = losing(SITE('majority'), 0, 1).letPass(20 * S);
    expect(statusesOf(fleet)).toEqual({ 'up quorum_up': 60 });
    fleet.letPass(HOLD_MS);
    expect(statusesOf(fleet)).toEqual({ 'unknown too_few_voters': 60 });
    fleet.reach = () => true;
    fleet.letPass(10 * S);
    expect(statusesOf(fleet)).toEqual({ 'up quorum_up': 60 });
    expect(downsOf(fleet).size).toBe(0);
  });

  it('is the reason for an unknown status where no other agent probes', () => {
    const targets = Array.from({ length: 60 }, (_, key) => (key < 30 ? [0] : [0, 1, 2]));
    const fleet = losing({ ...SITE('majority'), targets }, 0).letPass(HOLD_MS + 20 * S);
    expect(statusesOf(fleet)).toEqual({ 'unknown agent_set_aside': 30, 'up quorum_up': 30 });
  });

  it('is set aside immediately if it is alone and its anchors are silent', () => {
    const fleet = losing({ ...SITE('majority'), targets: Array.from({ length: 5 }, () => [0]) }, 0);
    fleet.tellAgent(0, { anchors: 'silent' }).letPass(HOLD_MS + 20 * S);
    expect(statusesOf(fleet)).toEqual({ 'unknown agent_set_aside': 5 });
  });

  it('believes its replies', () => {
    const fleet = new OddFleet(SITE(1)).letPass(FAULT_MS).tellStanding([0], 'faulty');
    fleet.reach = (agent, target) => agent === 0 && target < 10;
    fleet.letPass(20 * S);
    expect(statusesOf(fleet)).toEqual({ 'down quorum_down': 60 });
    fleet.tellStanding([1, 2], 'isolated').letPass(S);
    expect(statusesOf(fleet)).toEqual({ 'up quorum_up': 10, 'unknown agent_set_aside': 50 });
  });
});

describe('the cause that a fact states', () => {
  it.each(['isolated', 'faulty'] as const)('%s: its misses count as missing immediately', (standing) => {
    const fleet = losing(SITE('majority'), 0, 1).letPass(10 * S);
    fleet.tellStanding([0, 1], standing);
    expect(statusesOf(fleet)).toEqual({ 'unknown too_few_voters': 60 });
  });

  it('partition: what it misses is degraded, and down only by the others', () => {
    const fleet = new OddFleet(SITE('majority')).letPass(FAULT_MS).tellStanding([0], 'partition');
    fleet.reach = (agent, target) => target >= 30 && (agent > 0 || target >= 50);
    fleet.letPass(20 * S);
    expect(statusesOf(fleet)).toEqual({ 'down quorum_down': 30, 'degraded partition': 20, 'up quorum_up': 10 });
    fleet.reach = (_agent, target) => target >= 30;
    fleet.letPass(10 * S);
    expect(statusesOf(fleet)).toEqual({ 'down quorum_down': 30, 'up quorum_up': 30 });
  });

  it('no longer counts once the agent has been well for long, in case its publisher has ended', () => {
    const fleet = new OddFleet(SITE(1)).letPass(FAULT_MS).tellStanding([0, 1, 2], 'isolated');
    fleet.letPass(STANDING_WELL_MS - 2 * S);
    fleet.reach = (_agent, target) => target >= 5;
    fleet.letPass(20 * S);
    expect(statusesOf(fleet)).toEqual({ 'down quorum_down': 5, 'up quorum_up': 55 });
  });

  it('ends when a fact ends it', () => {
    const fleet = new OddFleet(SITE('majority')).letPass(FAULT_MS).tellStanding([0, 1], 'isolated');
    fleet.reach = (agent, target) => target > 2;
    fleet.letPass(15 * S);
    expect(statusesOf(fleet)).toMatchObject({ 'unknown too_few_voters': 3 });
    fleet.tellStanding([0, 1], undefined).letPass(6 * S);
    expect(statusesOf(fleet)).toMatchObject({ 'down quorum_down': 3 });
  });
});

it('an agent is not suspect for pairs that never got a reply', () => {
  const fleet = new OddFleet(SITE('majority'));
  fleet.reach = (agent) => agent !== 0;
  fleet.letPass(60 * S);
  expect([...fleet.state.odd.tallyList()].map(({ effect }) => effect)).toEqual(['none', 'none', 'none', 'none']);
});

it('counts stay right when agents change provider, and targets change agents or are removed', () => {
  const fleet = losing(SITE('majority'), 0).letPass(20 * S);
  const effects = (): string[] =>
    [...fleet.state.odd.tallyList()].map(({ agentId, effect }) => `${agentId.at(-1)} ${effect}`);
  expect(effects().sort()).toEqual(['0 held', '1 none', '2 none', '3 none']);
  fleet.tellAgent(1, { provider: 'other' });
  fleet.letPass(5 * S);
  expect(effects().sort()).toEqual(['0 held', '1 none', '2 none', '3 none']);
  fleet.moveTargets([1, 2, 3]).letPass(S);
  expect([...fleet.state.odd.tallyList()].find(({ agentId }) => agentId.endsWith('0'))).toMatchObject({
    misses: 0,
    replies: 0,
  });
  expect(effects().sort()).toEqual(['0 none', '1 none', '2 none', '3 none']);
});
