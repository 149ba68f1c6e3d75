import { describe, expect, it } from 'vitest';
import { namesText, outcomeText, SEVERAL_CHANGES } from './several-changes';

describe('changes of several agents', () => {
  it('have one shortcut per change', () => {
    expect(new Set(SEVERAL_CHANGES.map(({ key }) => key)).size).toBe(SEVERAL_CHANGES.length);
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
