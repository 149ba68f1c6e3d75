import { readConfig } from '@icmp-mon/platform/config';
import { describe, expect, it } from 'vitest';
import { DEFAULT_THRESHOLDS, grade, thresholds } from './thresholds';
import { watchedDisks } from './watched-disks';

describe('grade', () => {
  it.each([
    [19, 'ok'],
    [20, 'attention'],
    [60, 'bad'],
    [Infinity, 'bad'],
    [null, 'ok'],
  ] as const)('%s s of 20 and 60 are %s', (value, state) => {
    expect(grade(value, { attention: 20, bad: 60 })).toBe(state);
  });

  it.each([
    [15, 'ok'],
    [14, 'attention'],
    [3, 'bad'],
  ] as const)('%s days until full, of 14 and 3, are %s: fewer are worse', (value, state) => {
    expect(grade(value, { attention: 14, bad: 3 })).toBe(state);
  });
});

describe('settings of the health', () => {
  const read = (env: Record<string, string>) =>
    readConfig({ thresholds: thresholds('LIMITS'), disks: watchedDisks('DISKS') }, env);

  it('have defaults, of which single ones can differ', () => {
    expect(read({}).thresholds).toEqual(DEFAULT_THRESHOLDS);
    const changed = read({ LIMITS: 'freshnessS=5:10, diskFullDays=30:7.5' }).thresholds;
    expect(changed).toEqual({
      ...DEFAULT_THRESHOLDS,
      freshnessS: { attention: 5, bad: 10 },
      diskFullDays: { attention: 30, bad: 7.5 },
    });
  });

  it('name disks by a folder, or by the size of one elsewhere', () => {
    expect(read({ DISKS: 'data=/var/lib/x,telemetry database=1.5GiB' }).disks).toEqual([
      { name: 'data', path: '/var/lib/x' },
      { name: 'telemetry database', sizeBytes: 1.5 * 2 ** 30 },
    ]);
  });

  it.each([
    ['LIMITS', 'freshness=5:10'],
    ['LIMITS', 'freshnessS=5'],
    ['DISKS', 'data'],
    ['DISKS', 'data=relative/path'],
    ['DISKS', 'data=5 bananas'],
  ])('refuse %s=%s', (variable, text) => {
    expect(() => read({ [variable]: text })).toThrow(variable);
  });
});
