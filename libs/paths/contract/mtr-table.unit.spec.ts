import { describe, expect, it } from 'vitest';
import { mtrTable } from './mtr-table';
import { readTrace } from './read-trace';
import { drawn, TARGET } from './traces.test-data';

describe('the table of a trace', () => {
  it('is that of mtr, with every address of a hop', () => {
    expect(mtrTable(drawn('a - T', 'b - -', 'a - ?'), 'fra-1')).toBe(
      [
        'Start: 1970-01-01T00:00:00.000Z',
        'HOST: fra-1                Loss%   Snt    Last     Avg    Best    Wrst   StDev',
        '  1.|-- 192.0.2.97          0.0%     3     1.0     1.0     1.0     1.0     0.0',
        '        192.0.2.98',
        '  2.|-- ???               100.0%     3     0.0     0.0     0.0     0.0     0.0',
        '  3.|-- 198.51.100.9       50.0%     2     3.0     3.0     3.0     3.0     0.0',
      ].join('\n'),
    );
  });

  it('has room for IPv6 addresses, and only its head when nothing answered', () => {
    const lines = mtrTable(drawn('2001:db8:1111:2222:3333:4444:5555:6666 T'), 'fra-1').split('\n');
    expect(new Set(lines.slice(1).map((line) => line.length)).size).toBe(1);
    expect(mtrTable(drawn('- -'), 'fra-1').split('\n')).toHaveLength(2);
  });
});

describe('a received trace', () => {
  const right = {
    target: TARGET,
    startedAtMs: 1,
    addresses: ['192.0.2.1', TARGET],
    rounds: [[[0, 5], 'lost', null, 'waiting'], []],
  };

  it('is taken with its known members only', () => {
    expect(readTrace({ ...right, more: 1 })).toEqual(right);
  });

  it.each([
    ['an object', [right]],
    ['target', { ...right, target: '<b>' }],
    ['startedAtMs', { ...right, startedAtMs: -1 }],
    ['startedAtMs', { ...right, startedAtMs: 8_640_000_000_000_001 }],
    ['addresses must be a list', { ...right, addresses: ['router.example'] }],
    ['addresses must differ', { ...right, addresses: [TARGET, TARGET] }],
    ['rounds', { ...right, rounds: [[[2, 5]]] }],
    ['rounds', { ...right, rounds: [[[0, -1]]] }],
    ['rounds', { ...right, rounds: [[[0, 5, 6]]] }],
    ['rounds', { ...right, rounds: [['gone']] }],
    ['rounds', { ...right, rounds: Array.from({ length: 21 }, () => []) }],
    ['rounds', { ...right, rounds: [Array.from({ length: 31 }, () => null)] }],
  ])('is refused with what is wrong: %s', (text, value) => {
    expect(readTrace(value)).toContain(text);
  });
});
