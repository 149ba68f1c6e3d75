import { newId } from '@icmp-mon/platform/ids';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BulkFixture, REQUESTER } from './bulk-fixture.test-data';

let bulk: BulkFixture;
const NONE = { changed: 0, unchanged: 0, skipped: 0, failed: 0 };

beforeAll(async () => {
  bulk = await BulkFixture.open();
});
afterAll(() => bulk.close());

describe('a bulk change', () => {
  it('changes each selected target by one event, and records who requested what', async () => {
    const ids = await bulk.registerTargets(600, 'all');
    await bulk.changeTarget(ids[7], { tags: { role: 'edge' }, tier: 'fast' });
    const change = { addTags: { site: 'fra' }, removeTags: ['role'], tier: 'fast' };
    const accepted = await bulk.requestChange({ filter: 'batch=all', change });
    expect(accepted).toMatchObject({
      kind: 'change',
      state: 'queued',
      total: 600,
      done: 0,
      filter: 'batch=all',
      change,
    });
    const done = await bulk.finishJob(accepted);
    expect(done).toMatchObject({ state: 'completed', done: 600, ...NONE, changed: 600, failures: [], error: null });
    for (const row of await bulk.rowsOf('all'))
      expect(row).toMatchObject({ tier: 'fast', tags: { batch: 'all', site: 'fra' } });
    const events = await bulk.causedBy(done.id);
    expect(new Set(events.map(({ stream }) => stream)).size).toBe(600);
    expect(events).toHaveLength(600);
    const { actor, correlationId } = REQUESTER;
    for (const { type, metadata } of events) {
      expect(type).toBe('TargetChanged');
      expect(metadata).toEqual({ actor, correlationId, causationId: done.id });
    }
    const [requested, ended] = await bulk.readAudit(done.id);
    expect(requested).toMatchObject({
      type: 'BulkJobRequested',
      data: { kind: 'change', filter: 'batch=all', change, targets: null, expand: null, total: 600 },
      metadata: { actor, correlationId },
    });
    expect(ended).toMatchObject({ type: 'BulkJobEnded', data: { state: 'completed', ...NONE, changed: 600 } });
  });

  it('counts targets that are already as asked, without an event', async () => {
    const ids = await bulk.registerTargets(3, 'same', 1_000);
    await bulk.changeTarget(ids[1], { tier: 'fast' });
    const job = await bulk.finishJob(await bulk.requestChange({ filter: 'batch=same', change: { tier: 'fast' } }));
    expect(job).toMatchObject({ ...NONE, changed: 2, unchanged: 1, failures: [] });
    expect(await bulk.causedBy(job.id)).toHaveLength(2);
  });

  it('names targets that were removed, or that the filter no longer selects; other changes in between do not matter', async () => {
    const [renamed, moved, removed, plain] = await bulk.registerTargets(4, 'between', 2_000);
    const accepted = await bulk.requestChange({ filter: 'batch=between', change: { addTags: { ticket: '4711' } } });
    await bulk.changeTarget(renamed, { name: 'renamed' });
    await bulk.changeTarget(moved, { tags: { batch: 'elsewhere' } });
    await bulk.removeTarget(removed);
    const done = await bulk.finishJob(accepted);
    expect(done).toMatchObject({ state: 'completed', done: 4, ...NONE, changed: 2, skipped: 2 });
    expect(done.failures.map(({ id, ip, reason }) => ({ id, ip, reason }))).toEqual([
      { id: moved, ip: '10.0.7.209', reason: 'no_longer_matches' },
      { id: removed, ip: '10.0.7.210', reason: 'removed' },
    ]);
    const changed = (await bulk.causedBy(done.id)).map(({ stream }) => stream);
    expect(changed.sort()).toEqual([`target-${plain}`, `target-${renamed}`].sort());
    expect(await bulk.rowsOf('elsewhere')).toMatchObject([{ tags: { batch: 'elsewhere' } }]);
  });

  it.each([
    ['short', 'x', 3_000],
    ['compressible', 'x'.repeat(200), 3_100],
  ])('names targets that would have too many tags, and changes the others: %s values', async (batch, value, from) => {
    const [full, nearly] = await bulk.registerTargets(3, batch, from);
    const tags = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, nr) => [`k${nr}`, value]));
    await bulk.changeTarget(full, { tags: tags(31) });
    await bulk.changeTarget(nearly, { tags: tags(30) });
    const request = { filter: `batch=${batch}`, change: { addTags: { one: 'more' } } };
    expect(await bulk.previewChange(request)).toMatchObject({
      count: 3,
      changes: 2,
      skipped: [{ reason: 'too_many_tags', count: 1, sample: [{ id: full }] }],
    });
    const done = await bulk.finishJob(await bulk.requestChange(request));
    expect(done).toMatchObject({ ...NONE, changed: 2, failed: 1, failures: [{ id: full, reason: 'too_many_tags' }] });
  });

  it('removes targets, also by their ids', async () => {
    const ids = await bulk.registerTargets(300, 'gone', 4_000);
    const some = await bulk.finishJob(
      await bulk.requestChange({ targets: ids.slice(0, 2), remove: true, expectedCount: 2 }),
    );
    expect(some).toMatchObject({ kind: 'remove', filter: null, total: 2, changed: 2 });
    const rest = await bulk.finishJob(
      await bulk.requestChange({ filter: 'batch=gone', remove: true, expectedCount: 298 }),
    );
    expect(rest).toMatchObject({ total: 298, changed: 298 });
    expect(await bulk.rowsOf('gone')).toEqual([]);
    expect((await bulk.readAudit(some.id))[0]).toMatchObject({ data: { targets: ids.slice(0, 2) } });
  });

  it('removes targets before their parents, and keeps what others need', async () => {
    const ids = await bulk.registerTargets(600, 'tree', 7_000);
    // A chain against the order of the keys; and one that a target outside of the filter needs.
    await bulk.changeTarget(ids[599], { parents: [ids[1]] });
    await bulk.changeTarget(ids[1], { parents: [ids[0]] });
    const [outside] = await bulk.registerTargets(1, 'outside', 8_000);
    await bulk.changeTarget(ids[300], { parents: [ids[2]] });
    await bulk.changeTarget(outside, { parents: [ids[300]] });
    const request = { filter: 'batch=tree', remove: true };
    const kept = [ids[2], ids[300]];
    const preview = await bulk.previewChange(request);
    expect(preview).toMatchObject({ count: 600, changes: 598, skipped: [{ reason: 'has_dependents', count: 2 }] });
    const done = await bulk.finishJob(await bulk.requestChange(request));
    expect(done).toMatchObject({ state: 'completed', ...NONE, changed: 598, failed: 2 });
    expect(done.failures.map(({ id, reason }) => [id, reason]).sort()).toEqual(
      kept.map((id) => [id, 'has_dependents']).sort(),
    );
    expect((await bulk.rowsOf('tree')).map(({ id }) => id)).toEqual(kept);
  });

  it('pauses targets, and sets or removes their owner', async () => {
    const [owned] = await bulk.registerTargets(3, 'paused', 9_000);
    await bulk.changeTarget(owned, { owner: 'core team', paused: true });
    const change = { paused: true, owner: 'core team' };
    expect(await bulk.previewChange({ filter: 'batch=paused', change })).toMatchObject({
      changes: 2,
      skipped: [{ count: 1 }],
    });
    const set = await bulk.finishJob(await bulk.requestChange({ filter: 'batch=paused', change }));
    expect(set).toMatchObject({ ...NONE, changed: 2, unchanged: 1 });
    const removed = await bulk.finishJob(await bulk.requestChange({ filter: 'batch=paused', change: { owner: null } }));
    expect(removed).toMatchObject({ changed: 3, change: { owner: null } });
    const rows = await bulk.control.query(`SELECT paused, owner FROM target_list WHERE tags ->> 'batch' = 'paused'`);
    expect(rows).toEqual(Array(3).fill({ paused: true, owner: null }));
  });

  it('of no target ends immediately', async () => {
    const done = await bulk.finishJob(await bulk.requestChange({ filter: 'batch=none', remove: true }));
    expect(done).toMatchObject({ state: 'completed', total: 0, done: 0 });
  });

  it('fails if its tier was removed in the meantime, and the next job runs', async () => {
    await bulk.registerTargets(2, 'tier', 5_000);
    await bulk.control.execute(`INSERT INTO tier (name, built_in, policy, version) VALUES ('brief', false, '{}', 1)`);
    const first = await bulk.requestChange({ filter: 'batch=tier', change: { tier: 'brief' } });
    const second = await bulk.requestChange({ filter: 'batch=tier', change: { tier: 'fast' } });
    await bulk.control.execute(`DELETE FROM tier WHERE name = 'brief'`);
    expect(await bulk.finishJob(second)).toMatchObject({ state: 'completed', changed: 2 });
    const failed = await bulk.readJob(first.id);
    expect(failed).toMatchObject({
      state: 'failed',
      done: 0,
      error: expect.stringContaining('tier "brief"') as string,
    });
    expect((await bulk.readAudit(first.id)).at(-1)).toMatchObject({ data: { state: 'failed', error: failed.error } });
  });

  it('lists at most 500 of the targets that it skipped', async () => {
    const ids = await bulk.registerTargets(520, 'many', 6_000);
    const accepted = await bulk.requestChange({ filter: 'batch=many', change: { tier: 'fast' } });
    const removal = await bulk.control.transaction(async (sql) => {
      await sql.execute('DELETE FROM target_list WHERE id = ANY ($1::uuid[])', [ids]);
      return ids.length;
    });
    const done = await bulk.finishJob(accepted);
    expect(done).toMatchObject({ skipped: removal, changed: 0 });
    expect(done.failures).toHaveLength(500);
  });

  it('that does not exist is not found', async () => {
    await expect(bulk.readJob(newId())).rejects.toMatchObject({ code: 'not_found' });
  });
});
