import { describe, expect, it } from 'vitest';
import { findPathChange } from './path-change';
import { drawn, repeated } from './traces.test-data';
import type { Trace } from './trace';

const times = (count: number, ...lines: string[]): Trace[] => Array.from({ length: count }, () => drawn(...lines));
const B = '192.0.2.98';

describe('a path change', () => {
  it('is that a usual address has been absent from three traces in a row', () => {
    expect(findPathChange([...times(10, 'a b d T'), ...times(2, 'a c d T')])).toBeNull();
    expect(findPathChange([...times(10, 'a b d T'), ...times(3, 'a c d T')])).toEqual({ left: [B], joined: [] });
  });

  it('is reported while the old path is still usual, and then no more', () => {
    expect(findPathChange([...times(10, 'a b d T'), ...times(8, 'a c d T')])).toEqual({ left: [B], joined: [] });
    expect(findPathChange([...times(10, 'a b d T'), ...times(9, 'a c d T')])).toBeNull();
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
