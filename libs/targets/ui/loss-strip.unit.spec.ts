import '@angular/compiler';
import { describe, expect, it } from 'vitest';
import { cellsPath, kindOf, stripText } from './loss-strip';

const MINUTE_MS = 60_000;

describe('a strip of loss', () => {
  it('draws each cell once, according to its kind', () => {
    const cells = [0, null, 0.1, 1];
    expect(cellsPath(cells, 'none')).toBe('M0 13h2v3h-2z');
    expect(cellsPath(cells, 'some')).toBe('M4 10h2v6h-2z');
    expect(cellsPath(cells, 'most')).toBe('M6 0h2v16h-2z');
    expect([kindOf(0), kindOf(0.49), kindOf(0.5)]).toEqual(['none', 'some', 'most']);
  });

  it.each([
    [[null, null], 'No data in the last 2 min'],
    [[0, 0, 0], 'No loss in the last 3 min'],
    [[0, null, 0], 'No loss in 2 of the last 3 min, no data in the others'],
    [[0, 0.25, 0], 'Loss in 1 of the last 3 min, maximum 25 % (1 min ago)'],
    [[1, 0, 1], 'Loss in 2 of the last 3 min, maximum 100 % (now)'],
  ])('%j is described as %j', (cells, text) => {
    expect(stripText(cells, MINUTE_MS)).toBe(text);
  });
});
