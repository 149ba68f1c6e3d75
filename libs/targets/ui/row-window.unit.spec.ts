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
  registeredAt: '2026-03-01T00:00:00.000Z',
  version: 1,
  status: 'up',
  reason: null,
  since: null,
  lastSuccessAt: null,
});

/** A server that pages by key: the cursor is the first key of the page. */
function serve(cursor: string | null, total = TOTAL): TargetPage {
  const first = Number(cursor ?? 0);
  const last = Math.min(total, first + PAGE_ROWS);
  const items = Array.from({ length: last - first }, (_, slot) => row(first + slot));
  return { items, next: last < total ? String(last) : null, total, position: first, asOf: null };
}

function fill(window: RowWindow, start: number, end: number, total = TOTAL): number {
  let reads = 0;
  for (let wanted = window.wanted(start, end); wanted !== null; wanted = window.wanted(start, end)) {
    window.put(wanted.page, serve(wanted.cursor, total));
    reads += 1;
    if (reads > 1_000) throw new Error('the window never becomes full');
  }
  return reads;
}

describe('RowWindow', () => {
  it('knows its length from the first page and shows placeholders beyond it', () => {
    const window = new RowWindow();
    expect(fill(window, 0, 40)).toBe(1);
    expect(window.length).toBe(TOTAL);
    expect(window.rowAt(39)?.key).toBe(39);
    expect(window.rowAt(70_000)).toBeUndefined();
  });

  it('reaches any row, keeping few pages, and reads dropped pages again by their cursor', () => {
    const window = new RowWindow();
    fill(window, 0, 40);
    fill(window, 99_980, TOTAL);
    expect(window.rowAt(99_999)?.key).toBe(99_999);
    expect(window.loadedRows).toBeLessThanOrEqual(12 * PAGE_ROWS);
    expect(window.rowAt(0)).toBeUndefined();
    expect(fill(window, 0, 40)).toBe(1);
    expect(window.rowAt(0)?.key).toBe(0);
    expect(fill(window, 50_000, 50_040)).toBe(1);
    expect(window.rowAt(50_000)?.key).toBe(50_000);
  });

  it('ends where the last page ends, whatever the total said', () => {
    const window = new RowWindow();
    window.put(0, { ...serve(null, 3), total: 7 });
    expect(window.length).toBe(3);
    expect(window.wanted(0, 40)).toBeNull();
  });

  it('forgets later cursors when a page that is read again continues elsewhere', () => {
    const window = new RowWindow();
    fill(window, 0, 2_000);
    const moved = serve(null);
    window.put(0, { ...moved, next: '501' });
    expect(window.rowAt(600)).toBeUndefined();
    expect(window.wanted(600, 640)).toEqual({ page: 1, cursor: '501' });
  });

  it('replaces a row in place and ignores rows that it does not hold', () => {
    const window = new RowWindow();
    fill(window, 0, 40);
    window.replace({ ...row(7), status: 'down' });
    window.replace(row(70_000));
    expect(window.rowAt(7)?.status).toBe('down');
    expect(window.rowOf('id-70000')).toBeUndefined();
  });
});
