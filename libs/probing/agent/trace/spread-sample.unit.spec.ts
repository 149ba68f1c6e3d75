import { describe, expect, it } from 'vitest';
import { networkOf, SpreadSample } from './spread-sample';

const all = (): boolean => true;

describe('a spread sample', () => {
  it('takes the groups in turn, oldest first', () => {
    const sample = new SpreadSample(10, 5);
    for (const [value, group] of [
      [1, 'a'],
      [2, 'a'],
      [3, 'b'],
      [4, 'a'],
    ] as const)
      expect(sample.add(value, group)).toBeNull();
    expect(Array.from({ length: 5 }, () => sample.takeNext(all))).toEqual([1, 3, 2, 4, null]);
  });

  it('gives the place of a large group to a new one when it is full, and limits each group', () => {
    const sample = new SpreadSample(4, 3);
    for (const value of [1, 2, 3]) sample.add(value, 'a');
    expect(sample.add(4, 'a')).toBe(4);
    expect(sample.add(5, 'b')).toBeNull();
    expect(sample.add(6, 'c')).toBe(3);
    expect(sample.add(7, 'd')).toBe(2);
    expect(sample.add(8, 'e')).toBe(8);
    expect(sample.size).toBe(4);
  });

  it('removes what no longer waits, and passes over what is not ready', () => {
    const sample = new SpreadSample(4, 3);
    sample.add(1, 'a');
    sample.add(2, 'b');
    expect(sample.remove(1, 'a')).toBe(true);
    expect(sample.remove(1, 'a')).toBe(false);
    expect(sample.takeNext((value) => value !== 2)).toBeNull();
    expect(sample.takeNext(all)).toBe(2);
    expect(sample.size).toBe(0);
  });
});

describe('the network of an address', () => {
  it.each([
    ['192.0.2.77', '192.0.2'],
    ['2001:db8:1:2::3', '2001:db8:1'],
    ['2001:db8::3', '2001:db8:0'],
    ['::1', '0:0:0'],
    ['2001:db8:a:b:c:d:e:f', '2001:db8:a'],
  ])('%s is of %s', (ip, network) => {
    expect(networkOf(ip)).toBe(network);
  });
});
