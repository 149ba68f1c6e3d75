import { describe, expect, it } from 'vitest';
import { changedOf, namesText, outcomeText, SEVERAL_CHANGES } from './several-changes';

describe('changes of several agents', () => {
  it('have one shortcut per change', () => {
    expect(new Set(SEVERAL_CHANGES.map(({ key }) => key)).size).toBe(SEVERAL_CHANGES.length);
  });

  it('are drains of agents in service only, and state which others are left out', () => {
    const [active, draining] = [{ name: 'a', state: 'active' } as const, { name: 'b', state: 'draining' } as const];
    const [evicted, banned] = [{ name: 'c', state: 'evicted' } as const, { name: 'd', state: 'banned' } as const];
    expect(changedOf({ kind: 'drain' }, [active, evicted, draining, banned])).toEqual({
      agents: [active, draining],
      leftOut: 'Left out, because not in service: c (evicted), d (banned).',
    });
    expect(changedOf({ kind: 'drain' }, [active, draining])).toEqual({ agents: [active, draining], leftOut: null });
    expect(changedOf({ kind: 'ban' }, [active, evicted])).toEqual({ agents: [active, evicted], leftOut: null });
  });

  it('list the first names, and how many others', () => {
    expect(namesText(['a', 'b'])).toBe('a, b');
    expect(namesText(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more');
  });

  it('state how many agents were changed, and why others were not', () => {
    expect(outcomeText(1, [])).toBe('1 agent was changed.');
    expect(outcomeText(2, [{ name: 'fra-1', reason: 'it is retired' }])).toBe(
      '2 agents were changed. Not changed: fra-1 (it is retired).',
    );
  });
});
