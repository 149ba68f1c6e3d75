import type { BulkJobDetail, BulkJobList, BulkPreview } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from './testing/test-api';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
  for (const [at, site] of ['fra', 'fra', 'ams'].entries()) {
    const body = { ip: `192.0.2.${at + 1}`, tier: 'standard', tags: { site }, name: `edge-${at + 1}` };
    expect((await api.postJson('/api/v1/targets', body)).status).toBe(201);
  }
});
afterAll(() => api.stop());

const bulk = (body: object, headers?: Record<string, string>) => api.postJson('/api/v1/targets:bulk', body, headers);
const expand = (body: object) => api.postJson('/api/v1/targets:expand', body);
const CHANGE = { addTags: { role: 'edge' } };

describe('POST /targets:bulk', () => {
  it('with dryRun counts and lists, and changes nothing', async () => {
    const response = await bulk({ filter: 'site=fra', change: CHANGE, dryRun: true });
    expect(response.status).toBe(200);
    const preview = (await response.json()) as BulkPreview;
    expect(preview).toMatchObject({ count: 2, changes: 2, skipped: [], members: [{ member: 'addTags', changes: 2 }] });
    expect(preview.sample).toMatchObject([
      { ip: '192.0.2.1', vrf: 'default', name: 'edge-1' },
      { ip: '192.0.2.2', vrf: 'default', name: 'edge-2' },
    ]);
    expect(await ((await api.sendRequest('/api/v1/bulk-jobs')).json() as Promise<BulkJobList>)).toEqual({ items: [] });
  });

  it('with dryRun counts the targets that each member changes', async () => {
    const change = { removeTags: ['site', 'none'], tier: 'standard', paused: false, owner: 'noc' };
    const preview = await (await bulk({ filter: 'vrf ~ "*"', change, dryRun: true })).json();
    const { total } = (await (await api.sendRequest('/api/v1/targets')).json()) as { total: number };
    expect(preview).toMatchObject({
      ...{ count: total, changes: total },
      members: [
        { member: 'removeTags', changes: total },
        { member: 'tier', changes: 0 },
        { member: 'paused', changes: 0 },
        { member: 'owner', changes: total },
      ],
    });
    const removal = await (await bulk({ filter: 'site=fra', remove: true, dryRun: true })).json();
    expect(removal).toMatchObject({ changes: 2, members: [] });
  });

  it('starts a job, which can be read, listed and cancelled', async () => {
    const response = await bulk({ filter: 'site=fra', change: CHANGE, expectedCount: 2 });
    expect(response.status).toBe(202);
    const job = (await response.json()) as BulkJobDetail;
    expect(job).toMatchObject({
      kind: 'change',
      state: 'queued',
      filter: 'site=fra',
      change: CHANGE,
      total: 2,
      done: 0,
    });
    expect(job.requestedBy).toMatch(/^api-key:/);
    expect(response.headers.get('location')).toBe(`/api/v1/bulk-jobs/${job.id}`);
    expect(await (await api.sendRequest(`/api/v1/bulk-jobs/${job.id}`)).json()).toEqual(job);
    const { failures: _, ...listed } = job;
    expect(await (await api.sendRequest('/api/v1/bulk-jobs', { role: 'viewer' })).json()).toEqual({ items: [listed] });
    const cancel = (role: 'viewer' | 'admin') =>
      api.sendRequest(`/api/v1/bulk-jobs/${job.id}/cancel`, { method: 'POST', role });
    expect((await cancel('viewer')).status).toBe(403);
    const cancelled = await cancel('admin');
    expect([cancelled.status, ((await cancelled.json()) as BulkJobDetail).state]).toEqual([200, 'cancelled']);
    const again = await cancel('admin');
    expect([again.status, await again.json()]).toMatchObject([409, { detail: /already cancelled/ }]);
  });

  it('with an Idempotency-Key starts one job; a dry run does not use up the key', async () => {
    const key = { 'idempotency-key': 'bulk-once' };
    const body = { filter: 'site=ams', change: { tier: 'fast', owner: null, paused: false } };
    expect((await bulk({ ...body, dryRun: true }, key)).status).toBe(200);
    const first = await bulk(body, key);
    const repeat = await bulk(body, key);
    expect([first.status, repeat.status]).toEqual([202, 202]);
    const job = (await first.json()) as BulkJobDetail;
    expect(await repeat.json()).toEqual(job);
    expect(repeat.headers.get('location')).toBe(`/api/v1/bulk-jobs/${job.id}`);
    expect((await bulk({ ...body, filter: 'site=fra' }, key)).status).toBe(409);
  });

  it('is refused with both numbers when another number of targets is selected than expected', async () => {
    const response = await bulk({ filter: 'site=fra', remove: true, expectedCount: 3 });
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining('now selects 2 targets, not the expected 3') as string,
    });
  });

  it.each([
    [{ change: CHANGE }, '#/filter'],
    [{ filter: ' ', change: CHANGE }, '#/filter'],
    [{ filter: 'site=', change: CHANGE }, '#/filter'],
    [{ filter: 'site=fra', targets: ['01936d2e-7c1a-7b3e-9a51-0242ac120002'], remove: true }, '#/filter'],
    [{ targets: ['192.0.2.1'], remove: true }, '#/targets'],
    [{ targets: [], remove: true }, '#/targets'],
    [{ filter: 'site=fra' }, '#/change'],
    [{ filter: 'site=fra', remove: false }, '#/change'],
    [{ filter: 'site=fra', change: CHANGE, remove: true }, '#/change'],
    [{ filter: 'site=fra', change: {} }, '#/change'],
    [{ filter: 'site=fra', change: { addTags: {}, removeTags: [] } }, '#/change'],
    [{ filter: 'site=fra', change: null }, '#/change'],
    [{ filter: 'site=fra', change: 'tier=fast' }, '#/change'],
    [{ filter: 'site=fra', change: { teir: 'fast' } }, '#/change/teir'],
    [{ filter: 'site=fra', change: { tier: 'fsat' } }, '#/change/tier'],
    [{ filter: 'site=fra', change: { owner: ' x' } }, '#/change/owner'],
    [{ filter: 'site=fra', change: { paused: 'yes' } }, '#/change/paused'],
    [{ filter: 'site=fra', change: { addTags: { 'a b': 'c' } } }, '#/change/addTags'],
    [{ filter: 'site=fra', change: { addTags: { a: '' } } }, '#/change/addTags'],
    [{ filter: 'site=fra', change: { removeTags: 'role' } }, '#/change/removeTags'],
    [{ filter: 'site=fra', change: { removeTags: ['a b'] } }, '#/change/removeTags'],
    [{ filter: 'site=fra', change: { addTags: { a: 'b' }, removeTags: ['a'] } }, '#/change/removeTags'],
    [{ filter: 'site=fra', remove: true, expectedCount: 1.5 }, '#/expectedCount'],
  ])('refuses %j at %s, also as a dry run', async (body, pointer) => {
    for (const dryRun of [false, true]) {
      const response = await bulk({ ...body, dryRun });
      const problem = (await response.json()) as { errors?: { pointer: string }[] };
      expect([response.status, problem.errors?.[0]?.pointer]).toEqual([400, pointer]);
    }
  });

  it('states the place of a fault in the filter', async () => {
    const problem = await (await bulk({ filter: 'status=dwn', remove: true })).json();
    expect(problem).toMatchObject({ offset: 7, length: 3, suggestion: 'down', errors: [{ pointer: '#/filter' }] });
  });

  it('is not a target: other paths are unknown, and a near miss is suggested', async () => {
    for (const path of ['/api/v1/targetsxbulk', '/api/v1/targets:']) {
      expect((await api.postJson(path, {})).status, path).toBe(404);
    }
    const problem = await (await api.postJson('/api/v1/targets:blk', {})).json();
    expect(problem).toMatchObject({ detail: expect.stringContaining('/api/v1/targets:bulk') as string });
  });
});

describe('POST /targets:expand', () => {
  it('with dryRun lists the addresses; otherwise starts a job', async () => {
    const body = { cidr: '192.0.2.0/29', tier: 'fast', tags: { site: 'lab' }, namePattern: 'lab-{n}' };
    const dryRun = await expand({ ...body, dryRun: true });
    expect([dryRun.status, await dryRun.json()]).toMatchObject([
      200,
      { count: 6, changes: 3, sample: [{ id: null, ip: '192.0.2.4', name: 'lab-4' }, {}, {}], skipped: [{ count: 3 }] },
    ]);
    const response = await expand(body);
    expect([response.status, await response.json()]).toMatchObject([202, { kind: 'expand', expand: body, total: 6 }]);
  });

  it.each([
    [{ cidr: '192.0.2.7/24', tier: 'fast' }, '#/cidr'],
    [{ cidr: '0.0.0.0/0', tier: 'fast' }, '#/cidr'],
    [{ cidr: '127.1/31', tier: 'fast' }, '#/cidr'],
    [{ tier: 'fast' }, '#/cidr'],
    [{ cidr: '192.0.2.0/29', tier: 'fsat' }, '#/tier'],
    [{ cidr: '192.0.2.0/29', tier: 'fast', vrf: 'a b' }, '#/vrf'],
    [{ cidr: '192.0.2.0/29', tier: 'fast', namePattern: 'same' }, '#/namePattern'],
    [{ cidr: '192.0.2.0/29', tier: 'fast', tags: { a: '' } }, '#/tags'],
  ])('refuses %j at %s', async (body, pointer) => {
    const response = await expand(body);
    const problem = (await response.json()) as { errors?: { pointer: string }[] };
    expect([response.status, problem.errors?.[0]?.pointer]).toEqual([400, pointer]);
  });
});
