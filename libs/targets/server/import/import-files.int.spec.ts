import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BulkFixture } from '../bulk/bulk-fixture.test-data';
import { csv, eventsOfTargets, targetsIn } from './import-targets.test-data';

let bulk: BulkFixture;

beforeAll(async () => {
  bulk = await BulkFixture.open();
});
afterAll(() => bulk.close());

describe('a dry run', () => {
  it('finds what an import would do, and changes nothing', async () => {
    await bulk.runImport(csv('ip,tier,name', '10.10.0.1,fast,before', '10.10.0.2,fast,same'));
    const before = await eventsOfTargets(bulk);
    const rows = await targetsIn(bulk, '10.0.0.0/8');
    const file = csv(
      'ip,tier,name,parents',
      '10.10.0.4,fast,child,10.10.0.3',
      '10.10.0.1,standard,after,',
      '10.10.0.2,fast,same,',
      '10.10.0.3,fast,new,',
      '10.10.0.5,none,x,',
    );
    const dry = await bulk.runImport(file, { dryRun: true });
    expect(dry).toMatchObject({ state: 'completed', created: 2, changed: 3, unchanged: 1, failed: 1 });
    expect(await eventsOfTargets(bulk)).toBe(before);
    expect(await targetsIn(bulk, '10.0.0.0/8')).toEqual(rows);
    const lines = await bulk.linesOf(dry);
    expect(lines).toMatchObject([
      { line: 2, outcome: 'created', targetId: null },
      {
        line: 3,
        outcome: 'changed',
        changes: [{ member: 'name', before: 'before', after: 'after' }, { member: 'tier' }],
      },
      { line: 4, outcome: 'unchanged' },
      { line: 5, outcome: 'created', targetId: null },
      { line: 6, outcome: 'refused', column: 'tier' },
    ]);
    const real = await bulk.runImport(file);
    const withoutIds = (each: object) => ({ ...each, targetId: null });
    expect((await bulk.linesOf(real)).map(withoutIds)).toEqual(lines.map(withoutIds));
  });
});

describe('an import of NDJSON', () => {
  it('registers and changes the members that a line gives; null removes one', async () => {
    const lines = [
      { ip: '10.20.0.1', tier: 'fast', tags: { site: 'fra' }, name: 'one', notes: 'a\nb' },
      { ip: '2001:DB8::0:1', tier: 'fast', paused: true },
      { ip: '10.20.0.2', tier: 'fast', parents: ['10.20.0.1'] },
    ];
    const ndjson = (values: unknown[]) => values.map((value) => JSON.stringify(value)).join('\n');
    expect(await bulk.runImport(ndjson(lines), { format: 'ndjson' })).toMatchObject({ created: 3, failed: 0 });
    const again = await bulk.runImport(ndjson([{ ip: '10.20.0.1', name: null }]), { format: 'ndjson' });
    expect(again).toMatchObject({ changed: 1, created: 0 });
    expect(await targetsIn(bulk, '10.20.0.1/32')).toMatchObject([{ name: null, tags: { site: 'fra' }, notes: 'a\nb' }]);
    expect(await targetsIn(bulk, '2001:db8::1/128')).toMatchObject([{ paused: true }]);
    const bad = await bulk.runImport(
      `${ndjson([{ ip: '10.20.0.9', tier: 'fast', nmae: 'x' }, ['a'], { tier: 'fast' }])}\n{"ip":`,
      {
        format: 'ndjson',
      },
    );
    expect(await bulk.linesOf(bad)).toMatchObject([
      { line: 1, column: 'nmae', reason: expect.stringContaining('did you mean "name"') as string },
      { line: 2, column: null, reason: 'is not a JSON object' },
      { line: 3, column: 'ip', reason: 'is required' },
      { line: 4, column: null, reason: 'is not a JSON object' },
    ]);
  });
});

describe('a file with a fault as a whole', () => {
  it.each([
    ['UTF-16', Buffer.from('\ufeffip,tier\n10.30.0.1,fast\n', 'utf16le'), /UTF-16. Save it as UTF-8/],
    ['UTF-16 without a mark', Buffer.from('ip,tier\n10.30.0.1,fast\n', 'utf16le'), /UTF-16/],
    ['Latin-1', Buffer.from('ip,tier,name\n10.30.0.1,fast,Zürich\n', 'latin1'), /not valid UTF-8/],
    ['a truncated letter', Buffer.from('ip,tier,name\n10.30.0.1,fast,Zü').subarray(0, -1), /not valid UTF-8/],
    ['a workbook', Buffer.from('PK\u0003\u0004xxxxxx'), /Excel workbook/],
    ['binary', Buffer.from('ip,tier\n10.30.0.1,fast\n\0\0\n'), /contains a NUL, at or after line/],
    ['nothing', '', /file is empty/],
    ['a header only', 'ip,tier\n', /contains no targets/],
    ['no header', '10.30.0.1,fast\n', /no column ip/],
    ['an unknown column', 'ip,teir\n10.30.0.1,fast\n', /no column "teir"; did you mean "tier"/],
    ['a column twice', 'ip,tier,ip\n10.30.0.1,fast,x\n', /ip appears twice/],
    ['a quote that is not closed', 'ip,tier,name\n10.30.0.1,fast,"x\n10.30.0.2,fast,y\n', /Line 2: a quote is opened/],
    ['a very long line', `ip,tier,name\n10.30.0.1,fast,${'x'.repeat(70_000)}\n`, /Line 2: is longer than 65536/],
  ])('%s: is refused, and none of its lines is used', async (_what, file, message) => {
    await expect(bulk.requestImport(file)).rejects.toMatchObject({ code: 'invalid', message });
    expect(
      await bulk.control.query('SELECT FROM import_file f LEFT JOIN bulk_job j USING (id) WHERE j.id IS NULL'),
    ).toEqual([]);
    expect(await targetsIn(bulk, '10.30.0.0/16')).toEqual([]);
  });
});
