import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LINES_MAX, longFiles } from './long-files.mjs';

const rootDir = join(import.meta.dirname, '../../../..');
/** Released migrations never change. */
const MEASURED = /^(?!migrations\/(?:control|telemetry)\/).*\.(?:ts|mjs|html|scss|sh)$/;

const linesOf = (file: string): number => readFileSync(join(rootDir, file), 'utf8').trimEnd().split('\n').length;

describe('files that are longer than lint allows', () => {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: rootDir,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((file) => MEASURED.test(file) && existsSync(join(rootDir, file)));

  it('are in the list: a file that is not in it is split', () => {
    expect(files.filter((file) => linesOf(file) > LINES_MAX && !(file in longFiles))).toEqual([]);
  });

  it('are in the list with the length that they have, so that the list only shrinks', () => {
    const actual = Object.keys(longFiles).map((file) => [file, files.includes(file) ? linesOf(file) : 0]);
    expect(Object.fromEntries(actual)).toEqual(longFiles);
  });

  it('are longer than the limit: a file that is not is no exception', () => {
    expect(Object.entries(longFiles).filter(([, lines]) => lines <= LINES_MAX)).toEqual([]);
  });
});
