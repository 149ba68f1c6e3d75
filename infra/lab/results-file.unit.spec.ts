import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { circumstances, keepResults } from './results-file.mjs';

const KEPT_MAX = 50;
const dir = mkdtempSync(path.join(tmpdir(), 'lab-results-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const keep = (second: number) =>
  keepResults(dir, {
    ...{ scenario: 'one', at: new Date(second * 1_000), circumstances: '2 cores', lines: ['text'], results: [] },
  });

describe('the results of a lab', () => {
  it('are kept in a file named after time and scenario', () => {
    const file = keep(0);
    expect(path.basename(file)).toBe('1970-01-01T000000.000Z-one.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      ...{ scenario: 'one', at: '1970-01-01T00:00:00.000Z', circumstances: '2 cores', lines: ['text'], results: [] },
    });
  });

  it('are limited in number: the oldest are removed', () => {
    for (let second = 1; second <= KEPT_MAX + 4; second++) keep(second);
    const names = readdirSync(path.join(dir, 'results')).sort();
    expect(names).toHaveLength(KEPT_MAX);
    expect(names[0]).toContain('000005');
  });

  it('name the machine, its load and the commit', () => {
    expect(circumstances()).toMatch(/^\d+ cores, \d+ GiB, load [\d.]+, (commit [0-9a-f]{7,}|no commit)/);
  });
});
