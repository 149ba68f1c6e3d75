import type { BulkJobDetail } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BulkFixture } from '../bulk/bulk-fixture.test-data';
import { csv, eventsOfTargets, targetsIn } from './import-targets.test-data';

const SCOPE = 'batch=acme';
const OUTSIDE = `You may register and change only targets of your scope, ${SCOPE}, and the target would not be one.`;
const NOT_AVAILABLE = 'The address cannot be registered within your scope. Ask an administrator.';
const DEPENDENCIES = /^Dependencies between targets do not allow this change/;

let bulk: BulkFixture;
let ours: string[];
let theirs: string[];

beforeAll(async () => {
  bulk = await BulkFixture.open();
});
afterAll(() => bulk.close());
beforeEach(async () => {
  await bulk.control.execute('TRUNCATE bulk_job, import_file, target_list, target_search CASCADE');
  ours = await bulk.registerTargets(3, 'acme');
  theirs = await bulk.registerTargets(3, 'bolt', 100);
  bulk.access.access = { permissions: ['targets:write'], scope: SCOPE };
});

/** Runs an import after its dry run, which must have the same results. Returns them by line. */
async function importLines(...lines: string[]): Promise<{ job: BulkJobDetail; results: unknown[] }> {
  const resultsOf = async (job: BulkJobDetail): Promise<unknown[]> =>
    (await bulk.linesOf(job)).map(({ outcome, column, reason, changes }) => [outcome, column, reason, changes]);
  const dryRun = await bulk.runImport(csv(...lines), { dryRun: true, scope: SCOPE });
  const planned = await resultsOf(dryRun);
  const job = await bulk.runImport(csv(...lines), { scope: SCOPE });
  const results = await resultsOf(job);
  expect(results).toEqual(planned);
  expect(job).toMatchObject({ state: 'completed', scope: SCOPE });
  return { job, results };
}

describe('an import by a caller with a scope', () => {
  it('registers and changes targets of the scope, and refuses lines whose target would not be one', async () => {
    const { job, results } = await importLines(
      'ip,tier,name,tags',
      '10.5.0.1,standard,new,batch=acme',
      '10.0.0.0,standard,renamed,batch=acme',
      '10.5.0.2,standard,,batch=bolt',
      '10.5.0.3,standard,,',
      '10.0.0.1,standard,,batch=bolt',
      '10.0.0.2,standard,t-2,batch=acme',
    );
    expect(results.map((each) => (each as string[])[0])).toEqual([
      ...['created', 'changed', 'refused', 'refused', 'refused', 'unchanged'],
    ]);
    for (const at of [2, 3, 4]) expect(results[at]).toEqual(['refused', null, OUTSIDE, []]);
    expect(job).toMatchObject({ created: 1, changed: 2, unchanged: 1, failed: 3 });
    expect(await bulk.rowsOf('acme')).toHaveLength(4);
  });

  it('changes nothing outside, and states of an address of others only that it cannot be registered', async () => {
    const before = await bulk.rowsOf('bolt');
    const { results } = await importLines(
      'ip,tier,name,tags',
      '10.0.0.100,fast,,batch=acme',
      '10.0.0.101,fast,,batch=bolt',
      '10.0.0.102,fast,,',
      '10.5.0.1,nonesuch,,batch=acme',
    );
    expect(results.slice(0, 3)).toEqual([
      ['refused', 'ip', NOT_AVAILABLE, []],
      ['refused', null, OUTSIDE, []],
      ['refused', null, OUTSIDE, []],
    ]);
    expect(await bulk.rowsOf('bolt')).toEqual(before);
  });

  it('refuses a line for the same reason whether its address is a target outside or none', async () => {
    const lines = (ip: string): string[] => [
      JSON.stringify({ ip, name: 'x' }),
      JSON.stringify({ ip, vrf: 'blue', tier: 'nonesuch', tags: { batch: 'acme' } }),
      JSON.stringify({ ip, vrf: 'red', tier: 'fast', tags: { batch: 'acme' }, version: 3 }),
      JSON.stringify({ ip, vrf: 'green', tier: 'fast', tags: { batch: 'acme' }, parents: ['10.0.0.102'] }),
    ];
    bulk.access.access = { permissions: ['targets:write'], scope: null };
    await bulk.runImport(csv('ip,vrf,tier', ...['blue', 'red', 'green'].map((vrf) => `10.0.0.100,${vrf},fast`)));
    bulk.access.access = { permissions: ['targets:write'], scope: SCOPE };
    const reasonsOf = async (ip: string): Promise<unknown[]> => {
      const job = await bulk.runImport(`${lines(ip).join('\n')}\n`, { format: 'ndjson', scope: SCOPE });
      return (await bulk.linesOf(job)).map(({ column, reason }) => [column, reason]);
    };
    expect(await reasonsOf('10.0.0.100')).toEqual(await reasonsOf('10.0.0.200'));
  });

  it('finds only parents of the scope, and keeps parents that the caller does not see', async () => {
    await bulk.changeTarget(ours[0], { parents: [ours[1], theirs[0]] });
    const { results } = await importLines(
      'ip,parents',
      '10.0.0.0,10.0.0.2',
      '10.0.0.1,10.0.0.100',
      `10.0.0.2,${theirs[1]}`,
    );
    expect(results[0]).toEqual([
      ...['changed', null, null],
      [{ member: 'parents', before: ['10.0.0.1'], after: ['10.0.0.2'] }],
    ]);
    expect(results[1]).toMatchObject([
      'refused',
      'parents',
      expect.stringMatching(/^10\.0\.0\.100 is neither/) as string,
      [],
    ]);
    expect(results[2]).toMatchObject(['refused', 'parents', expect.stringContaining('is neither') as string, []]);
    const again = await importLines('ip,parents', '10.0.0.0,10.0.0.2');
    expect(again.results).toEqual([['unchanged', null, null, []]]);
    expect(await targetsIn(bulk, '10.0.0.0/32')).toMatchObject([{ parents: ['10.0.0.2', '10.0.0.100'] }]);
    await importLines('ip,name', '10.0.0.0,renamed');
    expect(await targetsIn(bulk, '10.0.0.0/32')).toMatchObject([
      { name: 'renamed', parents: ['10.0.0.2', '10.0.0.100'] },
    ]);
  });

  it('names no target outside when dependencies refuse a line', async () => {
    await bulk.changeTarget(theirs[0], { parents: [ours[0]] });
    await bulk.changeTarget(ours[1], { parents: [theirs[0]] });
    const { results } = await importLines('ip,parents', '10.0.0.0,10.0.0.1');
    expect(results).toMatchObject([['refused', 'parents', expect.stringMatching(DEPENDENCIES) as string, []]]);
  });

  it('ends with the access of its caller, without an event', async () => {
    const before = await eventsOfTargets(bulk);
    const job = await bulk.requestImport(csv('ip,tier,tags', '10.5.0.1,standard,batch=acme'), { scope: SCOPE });
    bulk.access.access = { permissions: ['targets:write'], scope: 'batch=bolt' };
    expect(await bulk.finishJob(job)).toMatchObject({ state: 'failed', created: 0 });
    expect(await eventsOfTargets(bulk)).toBe(before);
  });
});
