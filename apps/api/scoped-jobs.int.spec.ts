import type { BulkJobDetail, BulkJobList, BulkPreview, ImportLinePage } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemOf } from './testing/problem-of';
import { bulkJobRunner } from './testing/running-jobs';
import { SCOPE, ScopedFixture } from './testing/scoped-fixture';
import { startTestApi, type TestApi } from './testing/test-api';

const CHANGE = { filter: 'vrf ~ "*"', change: { addTags: { seen: 'yes' } } };

let api: TestApi;
let scoped: ScopedFixture;
/** A job of an administrator, which touches all targets. */
let foreign: BulkJobDetail;

beforeAll(async () => {
  api = await startTestApi();
  scoped = await ScopedFixture.open(api);
  const body = { filter: 'customer=boltcorp', change: { owner: 'boltperson' } };
  foreign = (await (await api.postJson('/api/v1/targets:bulk', body)).json()) as BulkJobDetail;
});
afterAll(() => api.stop());

const runJobs = (): Promise<void> => bulkJobRunner(api.control).runJobs(new AbortController().signal);
const ask = (path: string): Promise<Response> => scoped.askScoped(`/api/v1/${path}`, {}, scoped.engineer.key);
const askJson = async <T>(path: string): Promise<T> => (await (await ask(path)).json()) as T;
const setScope = async (scope: string | null): Promise<void> => {
  const path = `/api/v1/api-keys/${scoped.engineer.id}/scope`;
  expect((await api.sendJson('PUT', path, { scope })).status).toBe(204);
};

async function started(path: string, body: object): Promise<BulkJobDetail> {
  const response = await scoped.sendChange('POST', path, body);
  expect(response.status).toBe(202);
  return (await response.json()) as BulkJobDetail;
}

describe('the jobs of a caller with a scope', () => {
  it('are its own: it neither lists, reads nor cancels those of others', async () => {
    const own = await started('targets:bulk', CHANGE);
    const { items } = await askJson<BulkJobList>('bulk-jobs');
    expect(items.map(({ id }) => id)).toEqual([own.id]);
    expect(items[0]).toMatchObject({ scope: SCOPE, total: 2 });
    const absent = '01936d2e-7c1a-7b3e-9a51-0242ac120002';
    for (const part of ['', '/lines']) {
      const [hidden, none] = await Promise.all(
        [foreign.id, absent].map((id) => problemOf(ask(`bulk-jobs/${id}${part}`))),
      );
      expect({ ...hidden, detail: hidden.detail?.replace(foreign.id, absent), instance: '' }).toEqual({
        ...none,
        instance: '',
      });
      expect(hidden.status).toBe(404);
    }
    expect((await scoped.sendChange('POST', `bulk-jobs/${foreign.id}/cancel`)).status).toBe(404);
    expect(await scoped.readJson('bulk-jobs')).toEqual({ items: [] });
    expect((await scoped.askScoped(`/api/v1/bulk-jobs/${own.id}`)).status).toBe(404);
    await runJobs();
    expect(await askJson(`bulk-jobs/${own.id}`)).toMatchObject({ state: 'completed', changed: 2, failures: [] });
    const all = (await (await api.sendRequest('/api/v1/bulk-jobs')).json()) as BulkJobList;
    expect(all.items.map(({ id, scope }) => [id, scope])).toEqual([
      [own.id, SCOPE],
      [foreign.id, null],
    ]);
    expect((await (await api.sendRequest('/api/v1/targets?filter=seen%3Dyes')).json()) as object).toMatchObject({
      total: 2,
    });
  });

  it('are not shown after its scope was changed, and shown again with the former one', async () => {
    const own = await started('targets:bulk', CHANGE);
    await setScope('site=berlin');
    expect(await askJson('bulk-jobs')).toEqual({ items: [] });
    expect((await ask(`bulk-jobs/${own.id}`)).status).toBe(404);
    await runJobs();
    await setScope(SCOPE);
    expect(await askJson(`bulk-jobs/${own.id}`)).toMatchObject({ state: 'failed', changed: 0 });
  });

  it('end when its key is revoked, also jobs that wait', async () => {
    const key = { name: 'acme once', role: 'engineer', scope: SCOPE };
    const { id, key: text } = (await (await api.postJson('/api/v1/api-keys', key)).json()) as {
      id: string;
      key: string;
    };
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(CHANGE) };
    const job = (await (await scoped.askScoped('/api/v1/targets:bulk', init, text)).json()) as BulkJobDetail;
    expect((await api.sendRequest(`/api/v1/api-keys/${id}`, { method: 'DELETE' })).status).toBe(204);
    await runJobs();
    const ended = (await (await api.sendRequest(`/api/v1/bulk-jobs/${job.id}`)).json()) as BulkJobDetail;
    expect(ended).toMatchObject({
      state: 'failed',
      changed: 0,
      error: expect.stringContaining('no longer has') as string,
    });
  });

  it('need the role engineer', async () => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(CHANGE) };
    expect((await scoped.askScoped('/api/v1/targets:bulk', init)).status).toBe(403);
    expect(await scoped.readJson('bulk-jobs')).toEqual({ items: [] });
  });
});

describe('dry runs and results of a caller with a scope', () => {
  it('contain nothing of targets outside: bulk changes and expansions', async () => {
    const bodies: [string, object][] = [
      ['targets:bulk', CHANGE],
      ['targets:bulk', { filter: 'vrf ~ "*"', remove: true }],
      ['targets:bulk', { targets: scoped.theirs.map(({ id }) => id), remove: true }],
      ['targets:expand', { cidr: '10.2.0.0/29', tier: 'standard', tags: { customer: 'acme' } }],
    ];
    for (const [path, body] of bodies) {
      const response = await scoped.sendChange('POST', path, { ...body, dryRun: true });
      const text = await response.text();
      expect(response.status, text).toBe(200);
      const { sample, skipped } = JSON.parse(text) as BulkPreview;
      const own = path === 'targets:expand' ? text.replaceAll('10.2.0.', '') : JSON.stringify([sample, skipped]);
      expect(scoped.leaksIn(own), text).toEqual([]);
    }
    const ids = { targets: scoped.theirs.map(({ id }) => id), remove: true, dryRun: true };
    expect(await (await scoped.sendChange('POST', 'targets:bulk', ids)).json()).toMatchObject({ count: 0 });
    const job = await started('targets:expand', { cidr: '10.2.0.0/29', tier: 'standard', tags: { customer: 'acme' } });
    await runJobs();
    const done = await askJson<BulkJobDetail>(`bulk-jobs/${job.id}`);
    expect(done).toMatchObject({ created: 4, failed: 2 });
    expect(scoped.leaksIn(JSON.stringify(done).replaceAll('10.2.0.', ''))).toEqual([]);
  });

  it('contain nothing of targets outside: imports', async () => {
    const file = 'ip,tier,tags\n10.2.0.1,fast,customer=acme\n10.2.0.3,fast,\n10.3.0.1,fast,customer=acme\n';
    for (const query of ['?dryRun=true', '']) {
      const init = { method: 'POST', headers: { 'content-type': 'text/csv' }, body: file };
      const response = await scoped.askScoped(`/api/v1/targets:import${query}`, init, scoped.engineer.key);
      expect(response.status).toBe(202);
      const { id } = (await response.json()) as BulkJobDetail;
      await runJobs();
      expect(await askJson(`bulk-jobs/${id}`)).toMatchObject({ state: 'completed', created: 1, failed: 2 });
      const lines = await askJson<ImportLinePage>(`bulk-jobs/${id}/lines`);
      expect(lines.items.map(({ outcome }) => outcome)).toEqual(['refused', 'refused', 'created']);
      expect(scoped.leaksIn(JSON.stringify(lines).replaceAll('10.2.0.', ''))).toEqual([]);
    }
  });
});
