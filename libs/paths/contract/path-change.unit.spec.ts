import { describe, expect, it } from 'vitest';
import { findPathChange } from './path-change';
import { drawn, randomOf, repeated } from './traces.test-data';
import type { Trace } from './trace';

const times = (count: number, ...lines: string[]): Trace[] => Array.from({ length: count }, () => drawn(...lines));
const B = '192.0.2.98';

describe('a path change', () => {
  it('is that a usual address has been absent from three traces in a row', () => {
    expect(findPathChange([...times(10, 'a b d T'), ...times(2, 'a c d T')])).toBeNull();
    expect(findPathChange([...times(10, 'a b d T'), ...times(3, 'a c d T')])).toEqual({ left: [B], joined: [] });
  });

  it('is reported while the former path is still usual, and then no more', () => {
    expect(findPathChange([...times(10, 'a b d T'), ...times(13, 'a c d T')])).toEqual({ left: [B], joined: [] });
    expect(findPathChange([...times(10, 'a b d T'), ...times(14, 'a c d T')])).toBeNull();
  });

  it('is a branch of a diamond that is absent longer than chance explains', () => {
    const both = times(10, 'a b d T', 'a c d T');
    expect(findPathChange([...both, ...times(3, 'a c d T')])).toBeNull();
    expect(findPathChange([...both, ...times(4, 'a c d T')])).toEqual({ left: [B], joined: [] });
    const half = Array.from({ length: 10 }, (_, at) => drawn(at % 2 === 0 ? 'a b d T' : 'a c d T', 'a c d T'));
    expect(findPathChange([...half, ...times(10, 'a c d T')])).toBeNull();
  });

  it('is hardly ever seen in a diamond of 16, each packet of which takes another branch', () => {
    const random = randomOf(5);
    const traces = Array.from({ length: 1_000 }, () =>
      drawn(...Array.from({ length: 10 }, () => `a 203.0.113.${Math.floor(random() * 16)} d T`)),
    );
    const changes = traces.filter((_, at) => at >= 19 && findPathChange(traces.slice(at - 19, at + 1)) !== null);
    expect(changes.length / traces.length).toBeLessThan(0.03);
  });

  it('is a new network in place of the usual one, in the first trace that has it', () => {
    expect(findPathChange([...times(10, 'a b d T'), ...times(1, 'a 203.0.113.7 d T')])).toEqual({
      left: [],
      joined: ['203.0.113.7'],
    });
    expect(findPathChange([...times(10, 'a b d T'), ...times(1, 'a 203.0.113.7 b d T')])).toEqual({
      left: [],
      joined: ['203.0.113.7'],
    });
  });

  it('is never a branch of a diamond that comes and goes', () => {
    const branches = Array.from({ length: 13 }, (_, at) => drawn(at % 3 === 0 ? 'a b d T' : 'a c d T', 'a c d T'));
    expect(findPathChange(branches)).toBeNull();
    expect(findPathChange([...times(10, 'a b d T', 'a c d T'), drawn('a 203.0.113.7 d T', 'a c d T')])).toBeNull();
  });

  it.each([
    ['that fell silent', ['a - d T']],
    ['behind the place where the path ends now', ['a - - -']],
    ['of a target that is down', ['a b d -']],
  ])('is no hop %s', (_, lines) => {
    expect(findPathChange([...times(10, 'a b d T'), ...times(3, ...lines)])).toBeNull();
  });

  it('is no router that reports the target as unreachable, also if it answers later than at its own hop', () => {
    for (const line of ['a b b b b', 'a - b b b', 'a - a - a'])
      expect(findPathChange([...times(10, 'a b d T'), ...times(3, line)]), line).toBeNull();
  });

  it('is no new network at a hop that has other ones in nearly every trace, or that was seen before the usual traces', () => {
    const pool = Array.from({ length: 100 }, (_, at) => drawn(`a 203.0.${at}.1 d T`));
    const changes = pool.filter((_, at) => findPathChange(pool.slice(Math.max(0, at - 19), at + 1)) !== null);
    expect(changes).toEqual([]);
    const random = randomOf(6);
    const branches = Array.from({ length: 1_000 }, () => drawn(`a 203.0.${Math.floor(random() * 8)}.1 d T`));
    const found = branches.filter((_, at) => at >= 19 && findPathChange(branches.slice(at - 19, at + 1)) !== null);
    expect(found.length / branches.length).toBeLessThan(0.03);
    expect(
      findPathChange([...times(1, 'a 203.0.113.7 d T'), ...times(12, 'a b d T'), ...times(1, 'a 203.0.113.7 d T')]),
    ).toBeNull();
  });

  it('is no hop that begins to answer', () => {
    expect(findPathChange([...times(10, 'a - d T'), ...times(3, 'a 203.0.113.7 d T')])).toBeNull();
  });

  it('is a shorter path, because the target answers where a router was', () => {
    expect(findPathChange([...times(10, 'a b d T'), ...times(3, 'a T')])?.left).toEqual([B, '192.0.2.100']);
  });

  it('needs some traces to know what is usual', () => {
    expect(findPathChange([])).toBeNull();
    expect(findPathChange([repeated('a b T'), repeated('a 203.0.113.7 T')])).toBeNull();
    expect(findPathChange([...times(2, 'a b T'), ...times(3, 'a c T')])).toBeNull();
    expect(findPathChange([...times(3, 'a b T'), ...times(3, 'a c T')])).not.toBeNull();
  });
});
