import type { AssignedTier } from '@icmp-mon/assignment/contract';
import type { CheckType } from '@icmp-mon/probing/contract';
import { describe, expect, it } from 'vitest';
import { defaultPolicy, parsePolicy } from '../policy/parse-policy';
import { Schedule } from './schedule';
import { type PlannedTarget, planTargets } from './target-plan';

const PING = { check: 1, type: 'icmp_ping', expect: 'reachable' } as const;
const TYPES = new Set<CheckType>(['icmp_ping', 'tcp_connect']);
const TARGET = { key: 1, ip: '10.0.0.1', tier: 'mixed' };

const PLANNED: PlannedTarget = {
  ...{ key: 1, ip: '10.0.0.1', check: 1, definition: PING },
  ...{ intervalMs: 5_000, timeoutMs: 1_000, confirm: true },
};

describe('the plan of a tier with several checks', () => {
  it('plans every check that this agent executes, ping first, and none with parameters that are missing or out of bounds', () => {
    const checks: AssignedTier['checks'] = [
      { check: 3, type: 'tcp_connect', expect: 'unreachable', port: 23 },
      { check: 4, type: 'tcp_connect', expect: 'reachable' },
      { check: 5, type: 'tcp_connect', expect: 'reachable', port: 65_536 },
      { check: 6, type: 'http', expect: 'reachable', scheme: 'http' },
      PING,
    ];
    const mixed = new Map([['mixed', { tier: 'mixed', probeIntervalMs: 1_000, probeTimeoutMs: 500, checks }]]);
    const plan = planTargets([TARGET], mixed, defaultPolicy(), TYPES);
    expect(plan.targets.map(({ check }) => check)).toEqual([1, 3]);
    expect(plan.packetsPerSecond).toBe(4);
    const slow = parsePolicy('packetsPerSecondPerAddress: 3');
    const limited = planTargets([TARGET], mixed, slow, TYPES);
    expect(limited.targets.map(({ check }) => check)).toEqual([1]);
    expect(limited.refused.too_fast).toBe(1);
    const closed = parsePolicy('ports: {tcp_connect: {deny: [23]}}');
    const refused = planTargets([TARGET], mixed, closed, TYPES);
    expect(refused.targets.map(({ check }) => check)).toEqual([1]);
    expect(refused).toMatchObject({ refused: { port_refused: 1 }, refusedTotal: 1, refusedKeys: { byCheck: [1] } });
  });
});

describe('several checks of a target', () => {
  const checksOf = (port: number): PlannedTarget[] => [
    PLANNED,
    { ...PLANNED, check: 2, definition: { check: 2, type: 'tcp_connect', expect: 'reachable', port } },
  ];

  it('are scheduled apart from each other, and each is replaced alone', () => {
    const schedule = new Schedule();
    expect(schedule.replacePlan(checksOf(80))).toHaveLength(2);
    const [ping, connect] = schedule.due(5_000, 0);
    expect(Math.abs((ping?.phase ?? 0) - (connect?.phase ?? 0))).toBeGreaterThan(0.3);
    expect(schedule.replacePlan(checksOf(80))).toEqual([]);
    schedule.replacePlan(checksOf(81));
    expect(
      schedule
        .due(5_000, 0)
        .map(({ definition }) => definition.port)
        .sort(),
    ).toEqual([81, undefined]);
    schedule.replacePlan([PLANNED]);
    expect(schedule.size).toBe(1);
  });
});
