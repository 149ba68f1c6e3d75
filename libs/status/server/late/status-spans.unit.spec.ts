import { describe, expect, it } from 'vitest';
import { differences, overlaid, type StatusSpan } from './status-spans';

/** `from-to status reason`, in seconds. */
function spans(...texts: string[]): StatusSpan[] {
  return texts.map((text) => {
    const [, from, to, status, reason = 'quorum_up'] = /^(\d+)-(\d+) (\w+)(?: (\w+))?$/.exec(text) ?? [];
    return { fromMs: Number(from), toMs: Number(to), status, reason } as StatusSpan;
  });
}

const texts = (list: readonly StatusSpan[]): string[] =>
  list.map(({ fromMs, toMs, status, reason }) => `${fromMs}-${toMs} ${status} ${reason}`);

describe('corrections', () => {
  const known = spans('0-100 up', '100-200 unknown no_fresh_data', '200-300 up');

  it('are the times in which the status differs', () => {
    expect(differences(known, spans('0-300 up'), 10)).toEqual(spans('100-200 up'));
    expect(differences(known, spans('0-140 up', '140-170 down quorum_down', '170-300 up'), 10)).toEqual(
      spans('100-140 up', '140-170 down quorum_down', '170-200 up'),
    );
    expect(differences(known, known, 0)).toEqual([]);
  });

  it('join where the known status changed within one judged span', () => {
    const before = spans('0-50 unknown no_fresh_data', '50-60 down quorum_down', '60-100 unknown warming');
    expect(differences(before, spans('0-100 up'), 10)).toEqual(spans('0-100 up'));
  });

  it('do not compare reasons, nor the degree of what is reachable', () => {
    expect(
      differences(known, spans('0-100 degraded slow', '100-200 unknown warming', '200-300 degraded lossy'), 0),
    ).toEqual([]);
    expect(differences(spans('0-100 degraded partition'), spans('0-100 down quorum_down'), 0)).toEqual([]);
    expect(differences(known, spans('0-100 degraded no_quorum'), 0)).toEqual(spans('0-100 degraded no_quorum'));
  });

  it('leave out short differences, but not short parts of a longer one', () => {
    expect(differences(known, spans('0-95 up', '95-100 unknown warming', '100-200 unknown warming'), 10)).toEqual([]);
    expect(differences(known, spans('100-103 up', '103-200 down quorum_down'), 10)).toHaveLength(2);
  });

  it('leave out times for which nothing was known or judged', () => {
    expect(differences(spans('100-200 unknown warming'), spans('0-150 up'), 0)).toEqual(spans('100-150 up'));
    expect(differences(known, [], 0)).toEqual([]);
  });

  it('are laid over what was known: the later revision counts', () => {
    const first = spans('110-150 down quorum_down');
    const second = spans('140-160 up', '250-260 unknown warming');
    expect(texts(overlaid(known, [...first, ...second]))).toEqual([
      '0-100 up quorum_up',
      '100-110 unknown no_fresh_data',
      '110-140 down quorum_down',
      '140-160 up quorum_up',
      '160-200 unknown no_fresh_data',
      '200-250 up quorum_up',
      '250-260 unknown warming',
      '260-300 up quorum_up',
    ]);
  });
});
