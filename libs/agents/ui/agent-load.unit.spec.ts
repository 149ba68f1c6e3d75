// The entry of the UI kit also exports components, which need the compiler outside a build.
import '@angular/compiler';
import { describe, expect, it } from 'vitest';
import { isFull, loadText, shortLoadText } from './agent-load';
import { capacityIn } from './description-fields';

describe('the load of an agent', () => {
  it('is shown in packets per second, with the capacity and the used share if there is a limit', () => {
    expect(loadText({ assignedPps: 12.5, capacityPps: 500 })).toBe('12.5 of 500 (3 %)');
    expect(loadText({ assignedPps: 2_000, capacityPps: 2_000 })).toBe('2,000 of 2,000 (100 %)');
    expect(loadText({ assignedPps: 0, capacityPps: null })).toBe('0.0');
    expect(loadText({ assignedPps: 0, capacityPps: 0 })).toBe('0.0 of 0');
  });

  it('is a percentage in a narrow column, if there is a limit', () => {
    expect(shortLoadText({ assignedPps: 12.5, capacityPps: 500 })).toBe('3 %');
    expect(shortLoadText({ assignedPps: 12.5, capacityPps: null })).toBe('12.5');
    expect(shortLoadText({ assignedPps: 0, capacityPps: 0 })).toBe('0.0 of 0');
  });

  it('is full from 95 % on', () => {
    expect([94, 95, 120].map((assignedPps) => isFull({ assignedPps, capacityPps: 100 }))).toEqual([false, true, true]);
    expect(isFull({ assignedPps: 1e6, capacityPps: null })).toBe(false);
  });
});

describe('the text of a capacity', () => {
  it.each([
    ['500', 500],
    [' 1000000 ', 1_000_000],
    ['', null],
    [' ', null],
    ['0', undefined],
    ['1000001', undefined],
    ['1.5', undefined],
    ['-1', undefined],
    ['1e3', undefined],
    ['all', undefined],
  ])('%j is %s', (text, pps) => {
    expect(capacityIn(text)).toBe(pps);
  });
});
