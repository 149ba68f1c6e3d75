import { describe, expect, it } from 'vitest';
import { pathToItself } from './dependency-path';

const path = (id: string, parents: Record<string, string[]>, ancestorsMax = 100): ReturnType<typeof pathToItself> =>
  pathToItself(id, { parentsOf: (each) => parents[each] ?? [], ancestorsMax });

describe('the path from a target to itself', () => {
  it('is none in a tree, and where several paths lead to one ancestor', () => {
    expect(path('a', {})).toBeNull();
    expect(path('a', { a: ['b', 'c'], b: ['d'], c: ['d'], d: ['e'] })).toBeNull();
  });

  it('begins and ends with the target, in the direction of the dependencies', () => {
    expect(path('a', { a: ['a'] })).toEqual(['a', 'a']);
    expect(path('a', { a: ['b'], b: ['c'], c: ['a'] })).toEqual(['a', 'b', 'c', 'a']);
  });

  it('is the shortest of several', () => {
    expect(path('a', { a: ['b', 'c'], b: ['d'], d: ['a'], c: ['a'] })).toEqual(['a', 'c', 'a']);
  });

  it('ends at a cycle above the target that does not contain it', () => {
    expect(path('a', { a: ['b'], b: ['c'], c: ['b'] })).toBeNull();
  });

  it('is refused above the limit of ancestors, and visits each once', () => {
    expect(path('a', { a: ['b', 'c', 'd'] }, 3)).toBeNull();
    expect(path('a', { a: ['b', 'c', 'd', 'e'] }, 3)).toBe('too many');
    const layers = Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => at).flatMap((at): [string, string[]][] => {
        const above = [`l${at + 1}`, `m${at + 1}`];
        return [
          [`l${at}`, above],
          [`m${at}`, above],
        ];
      }),
    );
    expect(path('l0', layers)).toBeNull();
  });
});
