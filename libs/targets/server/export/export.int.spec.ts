import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import type { ImportFormat } from '@icmp-mon/targets/contract';
import { plainLinesFault, plainTextFault } from '@icmp-mon/platform/text';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BulkFixture } from '../bulk/bulk-fixture.test-data';
import { ALL_JUDGED, FILTERED, FixedJudged } from '../target-list/list-context.test-data';
import type { ExportFormat } from './export-texts';
import { ReadExport, ReadExportHandler } from './read-export';

let bulk: BulkFixture;

beforeAll(async () => {
  bulk = await BulkFixture.open();
});
afterAll(() => bulk.close());

const exported = async (filter: string | undefined, format: ExportFormat): Promise<string> => {
  const handler = new ReadExportHandler(bulk.control, new FixedJudged(ALL_JUDGED), ...FILTERED);
  return text(await handler.execute(new ReadExport(filter, null, format)));
};
/** Returns the records of a file, in any order: parents are registered before the targets that depend on them. */
const byRecord = (file: string, format: ImportFormat): string[] => file.split(format === 'csv' ? '\r\n' : '\n').sort();

/** Texts with the letters that a format has to quote, and any others. */
const textOf = (max: number, isValid: (text: string) => boolean) =>
  fc
    .oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: max }),
      fc.string({ unit: fc.constantFrom(...`=+-@'",; \tab\n|`), minLength: 1, maxLength: 12 }),
    )
    .map((value) => value.normalize('NFC'))
    .filter((value) => value.length <= max && isValid(value));
const plain = (max: number) => textOf(max, (value) => plainTextFault(value) === null);
const lines = textOf(400, (value) => plainLinesFault(value) === null);
const target = fc.record({
  name: fc.option(plain(200)),
  owner: fc.option(plain(200)),
  notes: fc.option(lines),
  tier: fc.constantFrom('fast', 'standard'),
  paused: fc.boolean(),
  tags: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9_.-]{0,8}[a-z0-9]$/), plain(60), { maxKeys: 4 }),
});

describe('an export', () => {
  it.each<ImportFormat>(['csv', 'ndjson'])(
    'as %s, imported again, changes nothing, and makes the same targets elsewhere',
    async (format) => {
      let net = format === 'csv' ? 0 : 100;
      await fc.assert(
        fc.asyncProperty(fc.array(target, { minLength: 1, maxLength: 8 }), async (targets) => {
          net += 1;
          // Names that no generated text contains, so that replacing one by the other changes nothing else.
          const [here, elsewhere] = [`original-${net}`, `elsewhere-${net}`];
          const given = targets.map((each, nr) => ({
            ...{ ip: nr % 2 === 0 ? `10.9.${net}.${nr + 1}` : `2001:db8:${net}::${nr + 1}`, vrf: here },
            ...each,
            parents: nr > 1 ? [`10.9.${net}.1`] : [],
          }));
          const made = await bulk.runImport(given.map((each) => JSON.stringify(each)).join('\n'), { format: 'ndjson' });
          expect(made).toMatchObject({ created: given.length, failed: 0 });
          const file = await exported(`vrf=${here}`, format);
          expect(await bulk.runImport(file, { format })).toMatchObject({
            total: given.length,
            unchanged: given.length,
          });
          await bulk.runImport(file.replaceAll(here, elsewhere), { format });
          const copy = (await exported(`vrf=${elsewhere}`, format)).replaceAll(elsewhere, here);
          expect(byRecord(copy, format)).toEqual(byRecord(file, format));
        }),
        // Each run needs an address range of its own: shrinking would use the same ones again.
        { numRuns: 25, endOnFailure: true },
      );
    },
    180_000,
  );

  it('guards cells against formulas, and quotes what separates cells', async () => {
    const given = {
      ip: '10.8.0.1',
      vrf: 'guard',
      tier: 'fast',
      name: `=cmd|' /C calc'!A0`,
      owner: '+49 69, "x"',
      notes: 'a\nb\n-c',
    };
    await bulk.runImport(JSON.stringify(given), { format: 'ndjson' });
    expect(await exported('vrf=guard', 'csv')).toBe(
      `ip,vrf,name,tier,tags,paused,parents,notes,owner\r\n10.8.0.1,guard,'=cmd|' /C calc'!A0,fast,,false,,"a\nb\n'-c","'+49 69, ""x"""\r\n`,
    );
  });

  it('reads more targets than one page, each once', async () => {
    await bulk.registerTargets(2_300, 'pages', 50_000);
    const [header, ...rows] = (await exported('batch=pages', 'csv')).trimEnd().split('\r\n');
    expect(header).toBe('ip,vrf,name,tier,tags,paused,parents,notes,owner');
    expect(new Set(rows).size).toBe(2_300);
  });

  it('of no target has its header, or an empty list', async () => {
    expect(await exported('batch=none', 'csv')).toBe('ip,vrf,name,tier,tags,paused,parents,notes,owner\r\n');
    expect(await exported('batch=none', 'ndjson')).toBe('');
    expect(JSON.parse(await exported('batch=none', 'http-sd'))).toEqual([]);
  });

  it('for Prometheus has one group per target, with labels', async () => {
    const given = {
      ip: '2001:db8::7',
      vrf: 'prom',
      tier: 'fast',
      name: 'edge',
      tags: { 'site.code': 'fra' },
      paused: true,
    };
    const file = [given, { ip: '10.8.0.2', vrf: 'prom', tier: 'standard' }]
      .map((each) => JSON.stringify(each))
      .join('\n');
    await bulk.runImport(file, { format: 'ndjson' });
    const id = expect.any(String) as string;
    expect(JSON.parse(await exported('vrf=prom', 'http-sd'))).toEqual([
      {
        targets: ['2001:db8::7'],
        labels: {
          ...{
            __meta_icmpmon_id: id,
            __meta_icmpmon_vrf: 'prom',
            __meta_icmpmon_tier: 'fast',
            __meta_icmpmon_paused: 'true',
          },
          ...{ __meta_icmpmon_name: 'edge', __meta_icmpmon_tag_site_code: 'fra' },
        },
      },
      {
        targets: ['10.8.0.2'],
        labels: {
          __meta_icmpmon_id: id,
          __meta_icmpmon_vrf: 'prom',
          __meta_icmpmon_tier: 'standard',
          __meta_icmpmon_paused: 'false',
        },
      },
    ]);
  });

  it('of a filter with a fault is refused before it begins', async () => {
    await expect(exported('site=', 'csv')).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('an export with versions', () => {
  const withVersions = (format: ExportFormat) =>
    new ReadExportHandler(bulk.control, new FixedJudged(ALL_JUDGED), ...FILTERED).execute(
      new ReadExport('vrf=versions', null, format, true),
    );

  it('has the version of each target, and is refused by an import once others changed a target', async () => {
    const made = (name: string): string => JSON.stringify({ ip: '192.0.2.77', vrf: 'versions', tier: 'fast', name });
    await bulk.runImport(made('a'), { format: 'ndjson' });
    const file = await text(await withVersions('ndjson'));
    expect(JSON.parse(file)).toMatchObject({ ip: '192.0.2.77', name: 'a', version: 1 });
    await bulk.runImport(made('b'), { format: 'ndjson' });
    const job = await bulk.runImport(file, { format: 'ndjson' });
    expect(await bulk.linesOf(job)).toMatchObject([{ outcome: 'refused', column: 'version' }]);
  });

  it('is refused in CSV', async () => {
    await expect(withVersions('csv')).rejects.toThrow(/format=ndjson/);
  });
});
