import { expect, it } from 'vitest';
import { PLACEMENT_REASONS, type Shortfall, targetPlacement } from './placement';

it.each<[Shortfall, string]>([
  [{ reason: 'capacity', wanted: 3, placed: 2 }, '2 of 3 agents: eligible agents are at their capacity'],
  [
    { reason: 'no_agents', wanted: 1, placed: 0 },
    "0 of 1 agent: no agent in service matches the tier's regions and tags",
  ],
  [
    { reason: 'too_few_regions', wanted: 2, placed: 1 },
    '1 of 2 regions: the tier asks for more regions than have an eligible agent',
  ],
])('%j has the text "%s"', (shortfall, text) => {
  expect(targetPlacement(shortfall)).toEqual({ ...shortfall, text });
});

it('every reason has a text', () => {
  for (const reason of PLACEMENT_REASONS) {
    expect(targetPlacement({ reason, wanted: 2, placed: 1 }).text).toMatch(/^1 of 2 (agents|regions|providers): \w/);
  }
});
