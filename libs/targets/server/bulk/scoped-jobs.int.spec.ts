import type { BulkJobDetail } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UNFINISHED_JOBS_OF_SCOPE_MAX } from './accept-job';
import { BulkFixture } from './bulk-fixture.test-data';

const SCOPE = 'batch=acme';
const OUTSIDE = `You may register and change only targets of your scope, ${SCOPE}, and the target would not be one.`;
const NOT_AVAILABLE = 'The address cannot be registered within your scope. Ask an administrator.';

let bulk: BulkFixture;
let ours: string[];
let theirs: string[];

beforeAll(async () => {
  bulk = await BulkFixture.open();
});
afterAll(() => bulk.close());
beforeEach(async () => {
  await bulk.control.execute('TRUNCATE bulk_job, target_list, target_search CASCADE');
  ours = await bulk.registerTargets(3, 'acme');
  theirs = await bulk.registerTargets(2, 'bolt', 100);
  bulk.access.access = { permissions: ['targets:write'], scope: SCOPE };
});

const tiersOf = async (batch: string): Promise<string[]> => (await bulk.rowsOf(batch)).map(({ tier }) => tier);
const failuresOf = ({ failures }: BulkJobDetail): string[] =>
  failures.map(({ id, ip, name, text }) => [id === null ? '-' : 'id', ip, name ?? '-', text].join(' '));

describe('a bulk change by a caller with a scope', () => {
  it('selects, counts and changes targets of the scope only, by filter and by ids', async () => {
    const all = { filter: 'vrf ~ "*"', change: { tier: 'fast' } };
    expect(await bulk.previewChange(all, SCOPE)).toMatchObject({ count: 3, changes: 3, skipped: [] });
    const job = await bulk.finishJob(await bulk.requestChange(all, SCOPE));
    expect(job).toMatchObject({ state: 'completed', scope: SCOPE, total: 3, changed: 3 });
    const byIds = { targets: [...ours, ...theirs], change: { paused: true } };
    expect(await bulk.previewChange(byIds, SCOPE)).toMatchObject({ count: 3, changes: 3 });
    expect(await bulk.finishJob(await bulk.requestChange(byIds, SCOPE))).toMatchObject({ total: 3, changed: 3 });
    expect([await tiersOf('acme'), await tiersOf('bolt')]).toEqual([Array(3).fill('fast'), Array(2).fill('standard')]);
    expect(await bulk.readAudit(job.id)).toMatchObject([{ data: { scope: SCOPE } }, {}]);
  });

  it('cannot compare parents, which may be targets outside', async () => {
    const asked = bulk.requestChange({ filter: 'parent=10.0.0.100', change: { tier: 'fast' } }, SCOPE);
    await expect(asked).rejects.toMatchObject({ code: 'invalid', errors: [{ pointer: '#/filter' }] });
  });

  it('takes no target out of the scope: the dry run counts what it refuses', async () => {
    const change = { filter: 'vrf ~ "*"', change: { addTags: { batch: 'bolt' } } };
    const text = OUTSIDE;
    expect(await bulk.previewChange(change, SCOPE)).toMatchObject({
      ...{ count: 3, changes: 0 },
      skipped: [{ reason: 'outside_scope', count: 3, text }],
    });
    const removal = { filter: 'vrf ~ "*"', change: { removeTags: ['batch'], paused: true } };
    expect(await bulk.previewChange(removal, SCOPE)).toMatchObject({ changes: 0 });
    const job = await bulk.finishJob(await bulk.requestChange(change, SCOPE));
    expect(job).toMatchObject({ state: 'completed', changed: 0, failed: 3 });
    expect(job.failures[0]).toMatchObject({ reason: 'outside_scope', text });
    expect(await bulk.rowsOf('acme')).toHaveLength(3);
  });

  it.each([
    ['left the scope', () => bulk.changeTarget(ours[1], { name: 'secret', tags: { batch: 'bolt' } })],
    ['was removed', () => bulk.removeTarget(ours[1])],
  ])('does not touch a target that %s after the request, with the same text in both cases', async (_, change) => {
    const request = await bulk.requestChange({ filter: 'vrf ~ "*"', change: { tier: 'fast' } }, SCOPE);
    await change();
    const job = await bulk.finishJob(request);
    expect(job).toMatchObject({ state: 'completed', changed: 2, skipped: 1 });
    expect(failuresOf(job)).toEqual([
      'id 10.0.0.1 - The target was removed, or left your scope, after the job was accepted.',
    ]);
    expect(await tiersOf('bolt')).not.toContain('fast');
  });

  it('removes no target on which others depend, and does not name these', async () => {
    await bulk.changeTarget(theirs[0], { parents: [ours[0]] });
    const removal = { filter: 'vrf ~ "*"', remove: true };
    const text = 'Dependencies between targets do not allow the removal.';
    expect(await bulk.previewChange(removal, SCOPE)).toMatchObject({ skipped: [{ count: 1, text }] });
    const job = await bulk.finishJob(await bulk.requestChange(removal, SCOPE));
    expect(job).toMatchObject({ changed: 2, failed: 1 });
    expect(failuresOf(job)).toEqual([`id 10.0.0.0 t-0 ${text}`]);
    expect(await bulk.rowsOf('bolt')).toHaveLength(2);
  });
});

describe('an expansion by a caller with a scope', () => {
  const block = { cidr: '10.0.0.96/29', tier: 'standard' };

  it('registers only targets of the scope, and learns nothing about other addresses', async () => {
    const outside = await bulk.previewExpansion(block, SCOPE);
    expect(outside).toMatchObject({
      count: 6,
      changes: 0,
      skipped: [{ reason: 'outside_scope', count: 6, text: OUTSIDE }],
    });
    expect(outside.skipped[0].sample.every(({ id, name }) => id === null && name === null)).toBe(true);
    const job = await bulk.finishJob(await bulk.requestExpansion(block, SCOPE));
    expect(job).toMatchObject({ state: 'completed', created: 0, failed: 6 });
    expect(new Set(job.failures.map(({ text }) => text))).toEqual(new Set([OUTSIDE]));
  });

  it('does not name a target of others at an address', async () => {
    const mine = { ...block, tags: { batch: 'acme' } };
    expect(await bulk.previewExpansion(mine, SCOPE)).toMatchObject({
      ...{ count: 6, changes: 4 },
      skipped: [{ reason: 'refused', count: 2, text: NOT_AVAILABLE, sample: [{ id: null, name: null }, {}] }],
    });
    const job = await bulk.finishJob(await bulk.requestExpansion(mine, SCOPE));
    expect(job).toMatchObject({ created: 4, failed: 2 });
    expect(failuresOf(job)).toEqual([`- 10.0.0.100 - ${NOT_AVAILABLE}`, `- 10.0.0.101 - ${NOT_AVAILABLE}`]);
    const again = await bulk.finishJob(await bulk.requestExpansion(mine, SCOPE));
    expect(again).toMatchObject({ created: 0, skipped: 4, failed: 2 });
  });
});

describe('a job of a caller whose access changes before it ends', () => {
  const request = { filter: 'vrf ~ "*"', change: { tier: 'fast' } };

  it.each([
    ['disabled', null],
    ['given another scope', { permissions: ['targets:write'], scope: 'batch=bolt' }],
    ['no longer limited', { permissions: ['targets:write'], scope: null }],
    ['given a lower role', { permissions: ['targets:read'], scope: SCOPE }],
  ] as const)('fails with the reason when the caller is %s', async (_, access) => {
    const job = await bulk.requestChange(request, SCOPE);
    bulk.access.access = access;
    const failed = await bulk.finishJob(job);
    expect(failed).toMatchObject({ state: 'failed', changed: 0 });
    expect(failed.error).toMatch(/^Who requested the job no longer has the access of the request/);
    expect([...(await tiersOf('acme')), ...(await tiersOf('bolt'))]).not.toContain('fast');
    expect(await bulk.readAudit(job.id)).toMatchObject([{}, { type: 'BulkJobEnded', data: { state: 'failed' } }]);
  });

  it('fails between two parts, and keeps what the first has changed', async () => {
    await bulk.registerTargets(400, 'acme', 1_000);
    const job = await bulk.requestChange(request, SCOPE);
    await bulk.runner.runNextPart();
    bulk.access.access = null;
    expect(await bulk.finishJob(job)).toMatchObject({ state: 'failed', changed: 250, total: 403 });
  });

  it('fails too if the caller had no scope, and was given one', async () => {
    const job = await bulk.requestChange(request);
    expect(await bulk.finishJob(job)).toMatchObject({ state: 'failed', changed: 0 });
  });
});

describe('the places for unfinished jobs', () => {
  const request = { targets: ['01936d2e-7c1a-7b3e-9a51-0242ac120002'], change: { tier: 'fast' } };

  it('are few for each scope, so that others have some left', async () => {
    for (let nr = 0; nr < UNFINISHED_JOBS_OF_SCOPE_MAX; nr += 1) await bulk.requestChange(request, SCOPE);
    await expect(bulk.requestChange(request, SCOPE)).rejects.toThrow(/At most 3 bulk jobs of one scope/);
    await bulk.requestChange(request, 'batch=bolt');
    await bulk.requestChange(request);
  });

  it('when taken by others, are not counted for a caller with a scope', async () => {
    for (let nr = 0; nr < 20; nr += 1) await bulk.requestChange(request);
    await expect(bulk.requestChange(request, SCOPE)).rejects.toThrow(/^Too many bulk jobs wait or run/);
    await expect(bulk.requestChange(request)).rejects.toThrow(/^20 bulk jobs/);
  });
});
