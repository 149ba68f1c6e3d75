import { describe, expect, it } from 'vitest';
import { columnsText, DEFAULT_COLUMNS, fittingColumns, gridTemplate, listColumns, readColumns } from './list-columns';

const shown = (text: string, widthPx: number) =>
  fittingColumns(listColumns(readColumns(text) ?? []), widthPx).map(({ id }) => id);

describe('columns of the target list', () => {
  it('are read from a text in a fixed order, tags after name and tier', () => {
    expect(readColumns('rtt,tag:site,name,tag:role')).toEqual(['name', 'tag:site', 'tag:role', 'rtt']);
    expect(columnsText(readColumns('rtt,name') ?? [])).toBe('name,rtt');
  });

  it('are not chosen by an absent text, and none by an empty one', () => {
    expect(readColumns(undefined)).toBeNull();
    expect(readColumns(null)).toBeNull();
    expect(readColumns('')).toEqual([]);
  });

  it('ignore unknown columns, invalid keys and more tags than allowed', () => {
    expect(readColumns('name,nonsense,tag:,tag:a b,tag:-x')).toEqual(['name']);
    const many = Array.from({ length: 12 }, (_, at) => `tag:k${at}`).join(',');
    expect(readColumns(`${many},tag:k0`)).toHaveLength(8);
  });

  it('begin with status and address', () => {
    expect(listColumns([]).map(({ id }) => id)).toEqual(['status', 'ip']);
    expect(listColumns(['tag:site'])[2]).toMatchObject({ text: 'site', tagKey: 'site', sort: null });
  });

  it('are left out of a narrow list, the least important first', () => {
    const all = ['status', 'ip', ...DEFAULT_COLUMNS];
    expect(shown(columnsText(DEFAULT_COLUMNS), 2_000)).toEqual(all);
    expect(shown(columnsText(DEFAULT_COLUMNS), 1_050)).toEqual(all.filter((id) => id !== 'success'));
    expect(shown('name,tag:site,tag:role,rtt', 600)).toEqual(['status', 'ip', 'name', 'tag:site', 'rtt']);
    expect(shown(columnsText(DEFAULT_COLUMNS), 0)).toEqual(['status', 'ip']);
  });

  it('have a least width each', () => {
    expect(gridTemplate(listColumns(['rtt']))).toBe('minmax(150px, 200px) minmax(118px, 190px) minmax(78px, 78px)');
  });
});
