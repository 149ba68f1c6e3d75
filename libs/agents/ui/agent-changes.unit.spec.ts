import type { AgentState } from '@icmp-mon/agents/contract';
import { describe, expect, it } from 'vitest';
import { offeredChanges } from './agent-changes';

describe('the offered changes of an agent', () => {
  it.each([
    ['active', ['drain', 'retire', 'evict', 'ban']],
    ['draining', ['cancel-drain', 'retire', 'evict', 'ban']],
    ['evicted', ['retire', 'ban']],
    ['banned', ['unban', 'retire']],
    ['retired', []],
  ] as const)('are listed for state %s', (state, changes) => {
    expect(offeredChanges({ state, thenRetire: false }).map(({ change }) => change)).toEqual(changes);
  });

  it('retire immediately when there is nothing to wait for, or while a drain runs', () => {
    const forced = (state: AgentState, thenRetire = false): unknown =>
      offeredChanges({ state, thenRetire }).find(({ change }) => change === 'retire')?.force;
    expect([
      forced('active'),
      forced('draining'),
      forced('draining', true),
      forced('evicted'),
      forced('banned'),
    ]).toEqual([...[undefined, undefined, true, true, true]]);
  });
});
