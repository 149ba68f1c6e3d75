// The entry of the UI kit also exports components, which need the compiler outside a build.
import '@angular/compiler';
import type { AgentShare, AgentTelemetry, AgentView } from '@icmp-mon/agents/contract';
import { describe, expect, it } from 'vitest';
import { type FleetGroup, fleetGroups, shownGroups } from './fleet-groups';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const REPORT = {
  ...{
    droppedResults: 0,
    spoolQuarantined: 0,
    notSentPerS: 0,
    policyRefusedTargets: 0,
    spoolOldestS: 0,
    clockOffsetMs: 0,
  },
  executors: [{ type: 'icmp_ping', state: 'ok', detail: '' }],
} as unknown as AgentTelemetry;

const agent = (change: Partial<AgentView>, assignedPps = 10, capacityPps: number | null = 100): AgentView =>
  ({
    ...{
      region: 'eu',
      provider: 'p',
      state: 'active',
      connection: 'connected',
      cloneSuspectedAt: null,
      setByOperator: [],
    },
    telemetry: REPORT,
    share: { assignedPps, capacityPps } as AgentShare,
    ...change,
  }) as AgentView;

describe('the groups of the fleet', () => {
  it('are ordered by region and provider, and count each agent in service once', () => {
    const groups = fleetGroups(
      [
        agent({ region: 'us' }),
        agent({}),
        agent({ provider: 'a' }),
        agent({ connection: 'lost' }),
        agent({ state: 'draining', connection: 'lost' }, 50),
        agent({ outdated: { since: '', versionMin: '1.0.0' } }),
        agent({ state: 'banned' }),
        agent({ state: 'evicted' }),
      ],
      NOW,
    );
    expect(groups.map(({ region, provider, agents }) => [region, provider, agents])).toEqual([
      ['eu', 'a', 1],
      ['eu', 'p', 4],
      ['us', 'p', 1],
    ]);
    expect(groups[1]).toMatchObject({
      healthy: 1,
      troubled: 1,
      silent: 1,
      draining: 1,
      assignedPps: 30,
      capacityPps: 300,
    });
  });

  it('have no capacity if one agent has no limit, and no load if it could not be read', () => {
    expect(fleetGroups([agent({}), agent({}, 5, null)], NOW)).toEqual([
      expect.objectContaining({ assignedPps: 15, capacityPps: null }),
    ]);
    expect(fleetGroups([agent({}), agent({ share: null })], NOW)).toEqual([
      expect.objectContaining({ assignedPps: null, capacityPps: null }),
    ]);
    expect(fleetGroups([agent({ state: 'draining' })], NOW)).toEqual([
      expect.objectContaining({ draining: 1, assignedPps: null, capacityPps: null }),
    ]);
    expect(fleetGroups([], NOW)).toEqual([]);
  });
});

describe('the shown groups of a fleet', () => {
  const group = (region: string, counts: Partial<FleetGroup> = {}): FleetGroup =>
    ({ region, provider: 'p', silent: 0, troubled: 0, ...counts }) as FleetGroup;
  const shown = (groups: FleetGroup[], isWhole: boolean, chosen = ''): string[] =>
    shownGroups(groups, isWhole, ({ region }) => region === chosen).map(({ region }) => region);
  const many = [...'abcdefgh'].map((region) => group(region));

  it('are all of a small fleet, and all that were asked for', () => {
    expect(shown(many.slice(0, 6), false)).toEqual([...'abcdef']);
    expect(shown(many, true)).toEqual([...'abcdefgh']);
  });

  it('are, of a large fleet, those with the most trouble and the chosen one, in the order of the fleet', () => {
    const fleet = many.with(6, group('g', { troubled: 9 })).with(7, group('h', { silent: 1 }));
    expect(shown(fleet, false)).toEqual([...'abcgh']);
    expect(shown(fleet, false, 'e')).toEqual([...'abcegh']);
  });
});
