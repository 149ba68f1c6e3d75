import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BulkFixture, REQUESTER } from '../bulk/bulk-fixture.test-data';
import { csv, eventsOfTargets, targetsIn } from './import-targets.test-data';

let bulk: BulkFixture;

beforeAll(async () => {
  bulk = await BulkFixture.open();
});
afterAll(() => bulk.close());

const NOTHING = { name: null, tags: {}, paused: false, notes: null, owner: null, parents: [] };

describe('an import of CSV', () => {
  it('registers and changes targets, each by one event, and records who requested it', async () => {
    const first = await bulk.runImport(
      csv('ip,tier,name,tags,owner', '10.1.0.1,fast,edge 1,"site=fra role=edge",core team', '10.1.0.2,standard,,,'),
    );
    expect(first).toMatchObject({
      ...{ kind: 'import', state: 'completed', total: 2, done: 2, changed: 2, created: 2, unchanged: 0, failed: 0 },
      import: { format: 'csv', mode: 'upsert', dryRun: false },
    });
    const second = await bulk.runImport(csv('IP;name;tags', '10.1.0.1;edge one;site=fra', '10.1.0.2;;'));
    expect(second).toMatchObject({ changed: 1, created: 0, unchanged: 1, failed: 0 });
    expect(await targetsIn(bulk, '10.1.0.0/16')).toEqual([
      {
        ip: '10.1.0.1',
        vrf: 'default',
        ...NOTHING,
        tier: 'fast',
        name: 'edge one',
        tags: { site: 'fra' },
        owner: 'core team',
      },
      { ip: '10.1.0.2', vrf: 'default', ...NOTHING, tier: 'standard' },
    ]);
    expect(await bulk.linesOf(second)).toMatchObject([
      {
        ...{ line: 2, ip: '10.1.0.1', vrf: 'default', outcome: 'changed', column: null, reason: null },
        changes: [
          { member: 'name', before: 'edge 1', after: 'edge one' },
          { member: 'tags', before: { site: 'fra', role: 'edge' }, after: { site: 'fra' } },
        ],
      },
      { line: 3, ip: '10.1.0.2', outcome: 'unchanged', changes: [] },
    ]);
    const events = await bulk.causedBy(first.id);
    expect(events.map(({ type }) => type)).toEqual(['TargetRegistered', 'TargetRegistered']);
    const { actor, correlationId } = REQUESTER;
    expect(events[0].metadata).toEqual({ actor, correlationId, causationId: first.id });
    const [requested, ended, ...more] = await bulk.readAudit(first.id);
    expect(requested).toMatchObject({
      type: 'BulkJobRequested',
      data: { kind: 'import', total: 2, import: first.import },
    });
    expect(ended).toMatchObject({ type: 'BulkJobEnded', data: { state: 'completed', changed: 2 } });
    expect(more).toEqual([]);
  });

  it('a second time changes nothing', async () => {
    const file = csv('ip,vrf,tier,paused,parents', '10.2.0.2,blue,fast,true,10.2.0.1', '10.2.0.1,blue,fast,no,');
    expect(await bulk.runImport(file)).toMatchObject({ created: 2 });
    const before = await eventsOfTargets(bulk);
    expect(await bulk.runImport(file)).toMatchObject({ changed: 0, unchanged: 2, failed: 0 });
    expect(await eventsOfTargets(bulk)).toBe(before);
  });

  it('names line, column and reason of each line that it refuses, and takes the others', async () => {
    const done = await bulk.runImport(
      csv(
        'ip,tier,name,tags,parents,paused',
        '10.3.0.1,fast,ok,,,',
        '10.3.0.300,fast,,,,',
        '10.3.0.2,fsat,,,,',
        '10.3.0.3,fast,,site,,',
        '10.3.0.4,fast,,bad key=x,,',
        '10.3.0.5,fast,,,10.3.99.99,',
        '10.3.0.1,fast,again,,,',
        '10.3.0.6,,,,,',
        '10.3.0.7,fast,"a"b,,,',
        '10.3.0.8,fast',
        '10.3.0.9,fast,,,,perhaps',
        '127.1,fast,,,,',
      ),
    );
    expect(done).toMatchObject({ state: 'completed', total: 12, changed: 1, created: 1, failed: 11 });
    const refused = (await bulk.linesOf(done, 'refused')).map(({ line, column, reason }) => [line, column, reason]);
    expect(refused).toEqual([
      [3, 'ip', expect.stringContaining('"10.3.0.300" is not a')],
      [4, 'tier', 'There is no tier "fsat"; did you mean "fast"?'],
      [5, 'tags', '"site" is not key=value.'],
      [6, 'tags', expect.stringContaining('"bad" is not key=value')],
      [7, 'parents', expect.stringContaining('10.3.99.99 is neither a target')],
      [8, 'ip', expect.stringContaining('the target of line 2 already')],
      [9, 'tier', 'is required, because the target is new'],
      [10, null, expect.stringContaining('text after its closing quote')],
      [11, null, 'has 2 cells, but the first line has 6 columns'],
      [12, 'paused', 'must be true or false'],
      [13, 'ip', expect.stringContaining('127.1')],
    ]);
    expect(await targetsIn(bulk, '10.3.0.0/16')).toMatchObject([{ ip: '10.3.0.1', name: 'ok' }]);
  });

  it.each([false, true])(
    'refuses a line that closes a cycle over targets outside the file (dry run: %s)',
    async (dryRun) => {
      const net = dryRun ? '10.5.1' : '10.5.0';
      await bulk.runImport(csv('ip,tier,parents', `${net}.1,fast,`, `${net}.2,fast,${net}.1`, `${net}.3,fast,`));
      const done = await bulk.runImport(csv('ip,parents', `${net}.3,${net}.2`, `${net}.1,${net}.3`), { dryRun });
      expect(done).toMatchObject({ changed: 1, failed: 1 });
      expect(await bulk.linesOf(done, 'refused')).toMatchObject([
        {
          line: 3,
          column: 'parents',
          reason: expect.stringContaining(`${net}.1 → ${net}.3 → ${net}.2 → ${net}.1`) as string,
        },
      ]);
    },
  );

  it('with mode=create refuses targets that exist', async () => {
    await bulk.runImport(csv('ip,tier', '10.6.0.1,fast'));
    const done = await bulk.runImport(csv('ip,tier,name', '10.6.0.1,fast,other', '10.6.0.2,fast,new'), {
      mode: 'create',
    });
    expect(done).toMatchObject({ created: 1, changed: 1, failed: 1 });
    expect(await bulk.linesOf(done, 'refused')).toMatchObject([{ line: 2, column: 'ip' }]);
    expect(await targetsIn(bulk, '10.6.0.0/16')).toMatchObject([{ name: null }, { name: 'new' }]);
  });

  it('stores formulas as texts', async () => {
    const done = await bulk.runImport(csv('ip,tier,name', `10.7.0.1,fast,"=cmd|' /C calc'!A0"`, `10.7.0.2,fast,'=1+1`));
    expect(done).toMatchObject({ created: 2 });
    expect(await targetsIn(bulk, '10.7.0.0/16')).toMatchObject([{ name: `=cmd|' /C calc'!A0` }, { name: '=1+1' }]);
  });

  it('reads texts in any pieces, also of several lines', async () => {
    const file = csv('ip,tier,name,notes', '10.8.0.1,fast,Zürich – Süd,"line ""1""\r\nline 2"', '10.8.0.2,fast,x,y');
    await bulk.runImport(`\ufeff${file}`, { pieceBytes: 1 });
    expect(await targetsIn(bulk, '10.8.0.0/16')).toMatchObject([
      { name: 'Zürich – Süd', notes: 'line "1"\nline 2' },
      { name: 'x', notes: 'y' },
    ]);
  });
});

describe('a line with a version', () => {
  const line = (ip: string, members: object): string => JSON.stringify({ ip, tier: 'fast', ...members });
  const ndjson = (...lines: string[]) => bulk.runImport(lines.join('\n'), { format: 'ndjson' });
  const changedSince = (reason: string) => ({ outcome: 'refused', column: 'version', reason });

  it('changes a target that still has it, and registers a target that still does not exist', async () => {
    await ndjson(line('10.177.0.1', { name: 'a', version: 0 }));
    const job = await ndjson(line('10.177.0.1', { name: 'b', version: 1 }), line('10.177.0.2', { version: 0 }));
    expect(job).toMatchObject({ changed: 2, created: 1, failed: 0 });
  });

  it('is refused if others changed, registered or removed the target since', async () => {
    await ndjson(line('10.177.1.1', { name: 'a' }));
    await ndjson(line('10.177.1.1', { name: 'b' }));
    const before = await eventsOfTargets(bulk);
    const job = await ndjson(
      line('10.177.1.1', { name: 'c', version: 1 }),
      line('10.177.1.2', { name: 'c', version: 4 }),
      line('10.177.1.3', { name: 'c', version: -1 }),
    );
    const again = await ndjson(line('10.177.1.1', { name: 'd', version: 0 }));
    expect(await bulk.linesOf(job)).toMatchObject([
      changedSince('The target was changed since the version 1: it has the version 2'),
      changedSince('The target had the version 4, and was removed since'),
      changedSince('must be a whole number from 0 to 2147483647'),
    ]);
    expect(await bulk.linesOf(again)).toMatchObject([
      changedSince('The target did not exist, and was registered since: it has the version 2'),
    ]);
    expect(await eventsOfTargets(bulk)).toBe(before);
  });

  it('is unchanged regardless of the version if the target already is like that', async () => {
    await ndjson(line('10.177.2.1', { name: 'a' }));
    await ndjson(line('10.177.2.1', { name: 'b', version: 1 }));
    expect(await ndjson(line('10.177.2.1', { name: 'b', version: 1 }))).toMatchObject({ unchanged: 1, failed: 0 });
  });
});
