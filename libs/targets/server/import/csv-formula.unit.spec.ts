import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guardedCell, unguardedText } from './csv-formula';

describe('a cell', () => {
  it.each([
    ['edge 1', 'edge 1'],
    ['a=b; c-d', 'a=b; c-d'],
    ['=cmd', `'=cmd`],
    [`'=cmd`, `''=cmd`],
    [`x;=cmd|'/C calc'!A0;y`, `x;'=cmd|'/C calc'!A0;y`],
    ['x\t+1', `x\t'+1`],
    ['x\n-1\n@a', `x\n'-1\n'@a`],
    ['x;"=cmd"', `x;'"=cmd"`],
    ['＝cmd;＋1', `'＝cmd;'＋1`],
    ['\t\t=', `'\t'\t'=`],
  ])('of %j is %j', (text, cell) => {
    expect(guardedCell(text)).toBe(cell);
    expect(unguardedText(cell)).toBe(text);
  });

  it('has the text again, regardless of its letters, and no formula begins after a letter that separates cells', () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(...`=+-@'",; \t\r\n|x＝`) }),
      fc.string({ unit: 'grapheme' }),
    );
    fc.assert(
      fc.property(text, (given) => {
        const cell = guardedCell(given);
        expect(unguardedText(cell)).toBe(given);
        for (const part of cell.split(/[;\n]/)) expect(part).not.toMatch(/^"*[=+\-@\t\r＝＋－＠]/u);
      }),
      { numRuns: 2_000 },
    );
  });
});
