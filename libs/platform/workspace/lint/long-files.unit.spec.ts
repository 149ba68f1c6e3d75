import { describe, expect, it } from 'vitest';
import { readSource, sourceFiles } from '../source-files.mjs';
import { LINES_MAX, LONG_FILES, longFiles } from './long-files.mjs';

/** Released migrations never change. */
const MEASURED = /^(?!migrations\/(?:control|telemetry)\/).*\.(?:ts|mjs|html|scss|sh)$/;

const linesOf = (file: string): number => readSource(file).trimEnd().split('\n').length;

describe('files that are longer than lint allows', () => {
  const files = sourceFiles(MEASURED);

  it('are in the list: a file that is not in it is split', () => {
    expect(files.filter((file) => linesOf(file) > LINES_MAX && !(file in longFiles))).toEqual([]);
  });

  it('are in the list with the length that they have, so that the list only shrinks', () => {
    const actual = Object.keys(longFiles).map((file) => [file, files.includes(file) ? linesOf(file) : 0]);
    expect(Object.fromEntries(actual)).toEqual(longFiles);
  });

  it('are longer than the limit: a shorter file is removed from the list', () => {
    expect(Object.entries(longFiles).filter(([, lines]) => lines <= LINES_MAX)).toEqual([]);
  });

  it('are as many, with as many lines, as stated: a diff that raises either is refused in review', () => {
    const lines = Object.values(longFiles);
    expect({ files: lines.length, lines: lines.reduce((sum, count) => sum + count, 0) }).toEqual(LONG_FILES);
  });
});
