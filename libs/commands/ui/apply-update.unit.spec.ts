import '@angular/compiler';
import type { CommandAgent, CommandView } from '@icmp-mon/commands/contract';
import type { CommandUpdate } from '@icmp-mon/platform/live-stream';
import { describe, expect, it } from 'vitest';
import { applyUpdate } from './apply-update';

const agent = (agentId: string, state = 'waiting') => ({ agentId, state }) as CommandAgent;
const view = (change: number, ...agents: CommandAgent[]) => ({ id: 'c', change, agents }) as CommandView;
const update = (after: number, change: number, ...agents: CommandAgent[]) =>
  ({ after, command: { id: 'c', change }, agents }) as CommandUpdate;

describe('an update of a command', () => {
  it('replaces the agents that changed, in their places', () => {
    const before = view(1, agent('a'), agent('b'));
    const after = view(2, agent('a'), agent('b', 'completed'));
    expect(applyUpdate(before, update(1, 2, agent('b', 'completed')))).toEqual(after);
  });

  it('is ignored when it is old or repeated', () => {
    const before = view(5, agent('a', 'completed'));
    expect(applyUpdate(before, update(0, 5, agent('a')))).toBe(before);
    expect(applyUpdate(before, update(3, 4, agent('a')))).toBe(before);
  });

  it('is applied when it overlaps with what was read, also when it contains everything', () => {
    expect(applyUpdate(view(5, agent('a')), update(3, 6, agent('a', 'running')))).toEqual(
      view(6, agent('a', 'running')),
    );
    expect(applyUpdate(undefined, update(0, 6, agent('a')))).toEqual(view(6, agent('a')));
  });

  it('cannot be applied when one before it was missed', () => {
    expect(applyUpdate(view(5, agent('a')), update(6, 7, agent('a')))).toBeNull();
    expect(applyUpdate(undefined, update(6, 7, agent('a')))).toBeNull();
  });
});
