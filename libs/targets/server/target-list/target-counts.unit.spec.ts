import { ControlDatabase } from '@icmp-mon/platform/database';
import { afterEach, expect, it, vi } from 'vitest';
import { Judged } from '@icmp-mon/status/contract';
import { TargetCounts } from './target-counts';

const JUDGED = new Judged([Date.now()]);
const FILTER = { conditions: ['tier = $1'], params: ['fast'] };

afterEach(() => void vi.useRealTimers());

it('counts again for a first page, and in the background for further pages', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
  const database = new ControlDatabase({ url: 'postgres://nobody@127.0.0.1:1/test' });
  let there = 10;
  const counting = vi.spyOn(database, 'query').mockImplementation(() => Promise.resolve([{ count: there++ }] as never));
  const counts = new TargetCounts(database);
  expect(await counts.total(FILTER, JUDGED)).toBe(10);
  expect(await counts.total(FILTER, JUDGED)).toBe(10);
  vi.advanceTimersByTime(3_000);
  expect(await counts.total(FILTER, JUDGED, true)).toBe(10);
  expect(await counts.total(FILTER, JUDGED, true)).toBe(11);
  vi.advanceTimersByTime(3_000);
  expect(await counts.total(FILTER, JUDGED)).toBe(12);
  vi.advanceTimersByTime(120_000);
  expect(await counts.total(FILTER, JUDGED, true)).toBe(13);
  expect(counting).toHaveBeenCalledTimes(4);
  vi.setSystemTime(Date.now() - 3_600_000);
  vi.advanceTimersByTime(3_000);
  expect(await counts.total(FILTER, JUDGED)).toBe(14);
});
