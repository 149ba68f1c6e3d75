import type { UncountedResults } from '@icmp-mon/probing/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UncountedLog } from './uncounted-log';

const of = (reason: string, results: number): UncountedResults =>
  ({ reason, results, lastAt: '2026-01-01T00:00:00.000Z' }) as UncountedResults;

describe("the agent's log of results that do not count", () => {
  let said: [level: string, fields: object, message: string][];
  let uncounted: UncountedLog;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
    said = [];
    const keep = (level: string) => (fields: object, message: string) => void said.push([level, fields, message]);
    uncounted = new UncountedLog({
      debug: keep('debug'),
      info: keep('info'),
      warn: keep('warn'),
      error: keep('error'),
    });
  });
  afterEach(() => vi.useRealTimers());

  it('warns of each reason with its count, once per minute while it lasts, and logs its end', () => {
    uncounted.logUncounted([of('older_boot', 12)]);
    uncounted.logUncounted([of('older_boot', 30)]);
    expect(said).toEqual([
      [
        'warn',
        { results: { older_boot: 12 } },
        expect.stringMatching(/^results are not counted as measured: .*another process/),
      ],
    ]);
    expect(uncounted.latest).toEqual([of('older_boot', 30)]);
    vi.advanceTimersByTime(60_000);
    uncounted.logUncounted([of('older_boot', 99)]);
    expect(said.at(-1)?.slice(0, 2)).toEqual(['warn', { results: { older_boot: 99 } }]);
    uncounted.logUncounted([of('older_boot', 99), of('too_new', 1)]);
    expect(said.at(-1)?.slice(0, 2)).toEqual(['warn', { results: { older_boot: 99, too_new: 1 } }]);
    uncounted.logUncounted([]);
    uncounted.logUncounted([]);
    expect(said.slice(3)).toEqual([
      ['info', {}, 'no more uncounted results: the control plane counts all results of this agent as measured'],
    ]);
  });

  it('does not warn of repeated blocks after a lost answer, and names a reason that only a newer gateway knows', () => {
    uncounted.logUncounted([of('repeated', 5)]);
    expect(said.at(-1)?.[0]).toBe('info');
    uncounted.logUncounted([of('a_reason_to_come', 1)]);
    expect(said.at(-1)).toEqual([
      'warn',
      { results: { a_reason_to_come: 1 } },
      expect.stringContaining('a_reason_to_come'),
    ]);
  });
});
