import '@angular/compiler';
import type { BulkJobView, ImportLine } from '@icmp-mon/targets/contract';
import { describe, expect, it } from 'vitest';
import { formatOf, importedText, importTitle, outcomeCounts, refusedAsCsv, shownChange } from './import-text';

const job = {
  ...{ state: 'completed', total: 1_205, done: 1_205, created: 2, changed: 1_202, unchanged: 0, failed: 3 },
  import: { format: 'csv', mode: 'upsert', dryRun: true, bytes: 2_048 },
} as BulkJobView;

describe('the texts of an import', () => {
  it('take the format from the first characters', () => {
    expect(['ip,tier', ' {"ip":', '\n[{"ip":', ''].map((start) => formatOf(start))).toEqual([
      ...['csv', 'ndjson', 'ndjson', 'csv'],
    ]);
  });

  it('state what the job is, its state, and what was sent', () => {
    const order = { format: 'ndjson', mode: 'create', dryRun: false, bytes: 64 } as const;
    expect(importTitle(null)).toBe('Loading the import …');
    expect(importTitle(job)).toBe('Dry run: completed');
    expect(importTitle({ ...job, state: 'queued', import: order })).toBe('Import: waiting to start');
    expect(importedText(job)).toBe('1,205 lines of CSV, 2.0 KiB');
    expect(importedText({ ...job, total: 1, import: order })).toBe('1 line of NDJSON, 64 B; only new targets');
  });

  it('show both values of a change', () => {
    expect(shownChange({ member: 'name', before: null, after: 'edge' })).toEqual({
      ...{ member: 'name', before: 'none', after: 'edge' },
    });
    const texts = (before: unknown, after: unknown): string[] => {
      const shown = shownChange({ member: 'tags', before, after });
      return [shown.before, shown.after];
    };
    expect(texts({ site: 'fra' }, {})).toEqual(['site=fra', 'none']);
    expect(texts([], ['10.0.0.1', '10.0.0.2'])).toEqual(['none', '10.0.0.1 10.0.0.2']);
    expect(texts(false, true)).toEqual(['false', 'true']);
  });

  it('count lines by outcome, refused lines first', () => {
    const texts = (of: BulkJobView): string[] => outcomeCounts(of).map(({ text }) => text);
    expect(texts(job)).toEqual(['3 refused', '1,200 would be changed', '2 would be created', '0 unchanged']);
    const cancelled = { ...job, import: null, done: 1_000 };
    expect(texts(cancelled).slice(1)).toEqual(['1,200 changed', '2 created', '0 unchanged', '205 not reached']);
  });

  it('write refused lines as CSV without formulas', () => {
    const line = { line: 7, ip: '=1+1', vrf: 'default', column: null, reason: 'has "x"' } as ImportLine;
    expect(refusedAsCsv([line])).toBe('line,ip,vrf,column,reason\r\n7,"\'=1+1","default","","has ""x"""\r\n');
  });
});
