import type { ProbeResult } from '@icmp-mon/probing/contract';
import type { CheckDefinition } from '@icmp-mon/tiers/contract';
import { expect, it } from 'vitest';
import { checkRows } from './check-rows';

const CHECKS: CheckDefinition[] = [
  { check: 1, type: 'icmp_ping', expect: 'reachable' },
  { check: 2, type: 'tcp_connect', expect: 'unreachable', port: 23 },
  { check: 3, type: 'http', expect: 'reachable', scheme: 'https' },
];

const TEXT = ({ type, port }: CheckDefinition): string => `${type} ${port}`;

const result = (check: number, outcome: ProbeResult['outcome'], second: number): ProbeResult => ({
  ...{ at: `2026-11-30T12:00:${String(second).padStart(2, '0')}Z`, agentId: 'a', agentName: 'pop-1' },
  ...{ check, type: null, outcome, rttUs: outcome === 'reply' ? 900 : null },
});

it('shows each check with its own newest result and losses', () => {
  const results = [result(3, 'mismatch', 9), result(1, 'reply', 8), result(1, 'timeout', 3), result(3, 'error', 2)];
  const [ping, connect, http] = checkRows(CHECKS, results, TEXT);
  expect(ping).toMatchObject({ check: 1, text: 'icmp_ping undefined', isBad: false, sent: 2, lost: 1 });
  expect(ping?.last?.rttUs).toBe(900);
  expect(connect).toMatchObject({
    text: 'tcp_connect 23',
    last: undefined,
    sent: 0,
    isBad: false,
  });
  expect(http).toMatchObject({ isBad: true, sent: 1, lost: 1 });
});

it.each([
  ['reply', true],
  ['mismatch', true],
  ['refused', false],
  ['timeout', false],
  ['error', false],
] as const)('a check that must not be answered is bad after %s: %s', (outcome, isBad) => {
  expect(checkRows(CHECKS, [result(2, outcome, 1)], TEXT)[1]?.isBad).toBe(isBad);
});
