import type { TargetPage, TargetView } from '@icmp-mon/targets/contract';
import { describe, expect, it } from 'vitest';
import { ListSelection } from './list-selection';
import { PAGE_ROWS, RowWindow } from './row-window';

const target = (id: string): TargetView => ({ id }) as TargetView;

/** A list of which these pages are loaded. */
function windowOf(total: number, pages: ReadonlyMap<number, readonly string[]>): RowWindow {
  const rows = new RowWindow();
  for (const [page, ids] of pages) {
    rows.putPage(page, { items: ids.map(target), total, next: null, position: 0, asOf: null } as TargetPage);
  }
  return rows;
}

const listOf = (...ids: string[]): RowWindow => windowOf(ids.length, new Map([[0, ids]]));
const pageOf = (page: number): string[] =>
  Array.from({ length: PAGE_ROWS }, (_, slot) => `t-${page * PAGE_ROWS + slot}`);

describe('a range of selected rows', () => {
  it('begins at the target that was selected last, also after the list was read again', () => {
    const selection = new ListSelection();
    selection.toggleRow(target('b'));
    expect(selection.extendTo(5, listOf('x', 'y', 'z', 'a', 'b', 'c'))).toBe('selected');
    expect(selection.ids()).toEqual(['b', 'c']);
  });

  it('is refused if not all of its rows are loaded, because some would be missing', () => {
    const selection = new ListSelection();
    selection.toggleRow(target('t-240'));
    const rows = windowOf(
      1_000,
      new Map([
        [0, pageOf(0)],
        [2, pageOf(2)],
      ]),
    );
    expect(selection.extendTo(510, rows)).toBe('not_loaded');
    expect(selection.ids()).toEqual(['t-240']);
    expect(selection.extendTo(245, rows)).toBe('selected');
    expect(selection.ids()).toHaveLength(6);
  });

  it('is refused if its first row is no longer among the rows', () => {
    const selection = new ListSelection();
    selection.toggleRow(target('gone'));
    expect(selection.extendTo(1, listOf('a', 'b', 'c'))).toBe('not_loaded');
  });

  it('is one row if none was selected before', () => {
    const selection = new ListSelection();
    expect(selection.extendTo(1, listOf('a', 'b', 'c'))).toBe('selected');
    expect(selection.ids()).toEqual(['b']);
  });

  it('is refused if it is too long', () => {
    const selection = new ListSelection();
    const rows = windowOf(1_000, new Map([0, 1, 2, 3].map((page) => [page, pageOf(page)])));
    selection.toggleRow(target('t-0'));
    expect(selection.extendTo(500, rows)).toBe('too_many');
    expect(selection.extendTo(499, rows)).toBe('selected');
    expect(selection.ids()).toHaveLength(500);
    expect(selection.toggleRow(target('t-600'))).toBe('too_many');
  });
});
