import type { Trace, TraceProbe } from '@icmp-mon/paths/contract';
import { describe, expect, it } from 'vitest';
import { compareTraces, differences } from './compare-traces';

const TARGET = '198.51.100.9';

/** A word per hop: `a` to `z` are routers, `T` the target, `-` silence, `a/b` two branches in turn. */
function trace(line: string): Trace {
  const addresses: string[] = [];
  const indexOf = (word: string): number => {
    const address = word === 'T' ? TARGET : `192.0.2.${word.charCodeAt(0)}`;
    return addresses.includes(address) ? addresses.indexOf(address) : addresses.push(address) - 1;
  };
  const rounds = Array.from({ length: 10 }, (_, round) =>
    line.split(' ').map((words, hop): TraceProbe => {
      const all = words.split('/');
      const word = all[round % all.length];
      return word === '-' ? 'lost' : [indexOf(word), (hop + 1) * 1_000];
    }),
  );
  return { target: TARGET, startedAtMs: 0, addresses, rounds };
}

const stateOf = (left: string, right: string): string =>
  compareTraces(trace(left), trace(right))
    .map(
      ({ state, left: one, right: other }) =>
        `${one?.hop ?? ''}${{ same: '=', changed: '≠', left: '<', right: '>' }[state]}${other?.hop ?? ''}`,
    )
    .join(' ');

describe('two paths next to each other', () => {
  it('have no difference if they are the same', () => {
    const rows = compareTraces(trace('a b T'), trace('a b T'));
    expect(differences(rows)).toBe(0);
    expect(rows[1]).toMatchObject({ left: { addresses: ['192.0.2.98'], rttUs: 2_000, pathPercent: 0 } });
  });

  it.each([
    ['another router', 'a b c T', 'a x c T', '1=1 2≠2 3=3 4=4'],
    ['a longer path', 'a b T', 'a x y b T', '1=1 >2 >3 2=4 3=5'],
    ['a shorter path', 'a x y b T', 'a b T', '1=1 2< 3< 4=2 5=3'],
    ['nothing in common but the target', 'a b T', 'x y z T', '1≠1 2≠2 >3 3=4'],
    ['an end before the target', 'a b c T', 'a b - -', '1=1 2=2 3< 4<'],
    ['a hop that fell silent', 'a b c T', 'a - c T', '1=1 2≠2 3=3 4=4'],
    ['a hop that is silent in both', 'a - c T', 'a - c T', '1=1 2=2 3=3 4=4'],
    ['a branch that both have', 'a b/x c T', 'a x c T', '1=1 2=2 3=3 4=4'],
    ['no answer at all', 'a T', '- -', '1< 2<'],
  ])('show %s', (_, left, right, expected) => {
    expect(stateOf(left, right)).toBe(expected);
  });

  it('show of A and B the mirror image of B and A', () => {
    const mirrored = compareTraces(trace('a b T'), trace('a x y b T')).map(({ left, right }) => [
      left?.hop,
      right?.hop,
    ]);
    const rows = compareTraces(trace('a x y b T'), trace('a b T')).map(({ left, right }) => [right?.hop, left?.hop]);
    expect(mirrored).toEqual(rows);
  });
});
