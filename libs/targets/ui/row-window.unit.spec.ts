import type { TargetPage, TargetView } from '@icmp-mon/targets/contract';
import { describe, expect, it } from 'vitest';
import { PAGE_ROWS, RowWindow } from './row-window';

const TOTAL = 100_000;

const row = (key: number): TargetView => ({
  id: `id-${key}`,
  key,
  ip: `127.${(key >> 16) & 255}.${(key >> 8) & 255}.${key & 255}`,
  vrf: 'default',
  name: null,
  tags: {},
  tier: 'standard',
  paused: false,
  parents: [],
  notes: null,
  owner: null,
  registeredAt: '2026-03-01T00:00:00.000Z',
  version: 1,
  status: 'up',
  reason: null,
  since: null,
  lastSuccessAt: null,
  asOf: null,
  placement: null,
  maintenance: null,
});

/** Returns a page of a list of `total` rows, as the server would. */
function serve(page: number, total = TOTAL): TargetPage {
  const first = page * PAGE_ROWS;
  const last = Math.max(first, Math.min(total, first + PAGE_ROWS));
  const items = Array.from({ length: last - first }, (_, slot) => row(first + slot));
  return { items, next: null, total, position: first, asOf: null };
}

function fill(window: RowWindow, start: number, end: number, total = TOTAL): number {
  let reads = 0;
  for (let wanted = window.pageToRead(start, end); wanted !== null; wanted = window.pageToRead(start, end)) {
    window.putPage(wanted, serve(wanted, total));
    reads += 1;
    if (reads > 100) throw new Error('the window never becomes full');
  }
  return reads;
}

describe('RowWindow', () => {
  it('has its length after the first page, and no rows beyond that page', () => {
    const window = new RowWindow();
    expect(fill(window, 0, 40)).toBe(1);
    expect(window.length).toBe(TOTAL);
    expect(window.rowAt(39)?.key).toBe(39);
    expect(window.rowAt(70_000)).toBeUndefined();
  });

  it('loads any row with one read, and keeps few pages', () => {
    const window = new RowWindow();
    fill(window, 0, 40);
    expect(fill(window, 99_980, TOTAL)).toBe(1);
    expect(window.rowAt(99_999)?.key).toBe(99_999);
    expect(window.rowAt(0)?.key).toBe(0);
    for (let start = 10_000; start < 20_000; start += PAGE_ROWS) fill(window, start, start + 40);
    expect(window.loadedRows).toBeLessThanOrEqual(16 * PAGE_ROWS);
    expect(window.rowAt(99_999)).toBeUndefined();
    expect(fill(window, 50_000, 50_040)).toBe(1);
    expect([window.rowAt(50_000)?.key, window.indexOf('id-50000')]).toEqual([50_000, 50_000]);
  });

  it('ends where the last page ends, regardless of the total', () => {
    const window = new RowWindow();
    window.putPage(0, { ...serve(0, 3), total: 7 });
    expect(window.length).toBe(3);
    expect(window.pageToRead(0, 40)).toBeNull();
  });

  it('is at least as long as its pages if the total was counted before rows were added', () => {
    const window = new RowWindow();
    window.putPage(0, { ...serve(0), total: 7 });
    expect(window.length).toBe(PAGE_ROWS);
  });

  it('becomes shorter when an earlier page has become the last', () => {
    const window = new RowWindow();
    fill(window, 0, 3 * PAGE_ROWS);
    window.putPage(1, serve(1, PAGE_ROWS + 10));
    expect(window.length).toBe(PAGE_ROWS + 10);
    expect(window.rowAt(2 * PAGE_ROWS)).toBeUndefined();
    window.putPage(1, serve(1, PAGE_ROWS));
    expect(window.length).toBe(PAGE_ROWS);
  });

  it('replaces a row in place, and ignores rows that are not loaded', () => {
    const window = new RowWindow();
    fill(window, 0, 40);
    window.replaceRow({ ...row(7), status: 'down' });
    window.replaceRow(row(70_000));
    expect(window.rowAt(7)?.status).toBe('down');
    expect(window.rowOf('id-70000')).toBeUndefined();
  });
});
