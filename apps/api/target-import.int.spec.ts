import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { json } from 'node:stream/consumers';
import type { BulkJobDetail, ImportLinePage } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulkJobRunner } from './testing/running-jobs';
import { startTestApi, type TestApi } from './testing/test-api';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const importFile = (body: string | Buffer, query = '', type = 'text/csv', role: 'admin' | 'viewer' = 'admin') =>
  api.sendRequest(`/api/v1/targets:import${query}`, {
    ...{ method: 'POST', role, body: new Uint8Array(Buffer.from(body)) },
    headers: { 'content-type': type },
  });
const linesOf = async (id: string, query = ''): Promise<ImportLinePage> =>
  (await api.sendRequest(`/api/v1/bulk-jobs/${id}/lines${query}`)).json() as Promise<ImportLinePage>;
const runJobs = () => bulkJobRunner(api.control).runJobs(new AbortController().signal);

describe('POST /targets:import', () => {
  it('starts a job, whose lines have results, page by page', async () => {
    const response = await importFile('ip,tier,name\n192.0.2.1,standard,a\n192.0.2.2,nonesuch,b\n192.0.2.3,fast,c\n');
    expect(response.status).toBe(202);
    const job = (await response.json()) as BulkJobDetail;
    expect(response.headers.get('location')).toBe(`/api/v1/bulk-jobs/${job.id}`);
    expect(job).toMatchObject({
      ...{ kind: 'import', state: 'queued', total: 3, done: 0, created: 0 },
      import: { format: 'csv', mode: 'upsert', dryRun: false, bytes: 72 },
    });
    expect((await linesOf(job.id)).items.map(({ outcome }) => outcome)).toEqual(['waiting', 'waiting', 'waiting']);
    await runJobs();
    const done = (await (await api.sendRequest(`/api/v1/bulk-jobs/${job.id}`)).json()) as BulkJobDetail;
    expect(done).toMatchObject({ state: 'completed', done: 3, changed: 2, created: 2, failed: 1, failures: [] });
    const first = await linesOf(job.id, '?limit=2');
    expect(first.items.map(({ line, outcome }) => [line, outcome])).toEqual([
      [2, 'created'],
      [3, 'refused'],
    ]);
    const second = await linesOf(job.id, `?limit=2&cursor=${first.next}`);
    expect(second).toMatchObject({ items: [{ line: 4, ip: '192.0.2.3' }], next: null });
    expect(await linesOf(job.id, '?outcome=refused')).toMatchObject({
      items: [{ line: 3, ip: '192.0.2.2', column: 'tier', reason: expect.stringContaining('nonesuch') as string }],
    });
  });

  it('with dryRun=true changes nothing', async () => {
    const response = await importFile(
      '{"ip":"192.0.2.50","tier":"fast"}\n',
      '?dryRun=true&mode=create',
      'application/x-ndjson',
    );
    expect(response.status).toBe(202);
    const job = (await response.json()) as BulkJobDetail;
    await runJobs();
    expect(await linesOf(job.id)).toMatchObject({ items: [{ line: 1, outcome: 'created', targetId: null }] });
    expect((await api.sendRequest('/api/v1/targets/192.0.2.50')).status).toBe(404);
  });

  it.each([
    [
      'without a media type of files',
      'ip\n',
      '',
      'application/x-www-form-urlencoded',
      415,
      /text\/csv or application\/x-ndjson/,
    ],
    ['as JSON', '{}', '', 'application/json', 415, /text\/csv or application\/x-ndjson/],
    ['in another charset', 'ip\n', '', 'text/csv; charset=iso-8859-1', 415, /Send the body in UTF-8/],
    ['without a body', '', '', 'text/csv', 400, /no body/],
    ['with a fault as a whole', 'address\n192.0.2.9\n', '', 'text/csv', 400, /Line 1: there is no column ip/],
    ['with an unknown parameter', 'ip\n', '?dryrun=true', 'text/csv', 400, /dryrun/],
    ['with a parameter of no meaning', 'ip\n', '?dryRun=maybe', 'text/csv', 400, /dryRun/],
  ])('refuses a file %s', async (_how, body, query, type, status, detail) => {
    const response = await importFile(body, query, type);
    expect([response.status, await response.json()]).toEqual([
      status,
      expect.objectContaining({ detail: expect.stringMatching(detail) as string }),
    ]);
  });

  it('needs the permission to change targets', async () => {
    expect((await importFile('ip,tier\n192.0.2.9,fast\n', '', 'text/csv', 'viewer')).status).toBe(403);
  });

  it('refuses 1 GB by its announced length, before a byte of it was sent', async () => {
    const request = httpRequest(`${api.url}/api/v1/targets:import`, {
      method: 'POST',
      headers: { authorization: `Bearer ${api.keys.admin}`, 'content-type': 'text/csv', 'content-length': 1e9 },
    });
    request.on('error', () => undefined).flushHeaders();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect([response.statusCode, await json(response)]).toMatchObject([413, { detail: /Split it/ }]);
    request.destroy();
  });

  it('refuses a file whose length is not announced as soon as it is too large', { timeout: 120_000 }, async () => {
    const request = httpRequest(`${api.url}/api/v1/targets:import`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${api.keys.admin}`,
        'content-type': 'text/csv',
        'transfer-encoding': 'chunked',
      },
    });
    request.on('error', () => undefined);
    const answered = once(request, 'response') as Promise<[IncomingMessage]>;
    let isAnswered = false;
    void answered.then(() => (isAnswered = true));
    request.write('ip\n');
    // Only the size counts, because blank lines are left out.
    const blank = Buffer.alloc(1024 * 1024, '\n');
    for (let sent = 0; sent < 80 && !isAnswered; sent += 1) {
      if (!request.write(blank)) await Promise.race([once(request, 'drain'), answered]);
    }
    const [response] = await answered;
    expect([response.statusCode, await json(response)]).toMatchObject([413, { detail: /larger than 67108864 bytes/ }]);
    request.destroy();
  });

  it('leaves nothing of a file whose connection closes', async () => {
    const request = httpRequest(`${api.url}/api/v1/targets:import`, {
      method: 'POST',
      headers: { authorization: `Bearer ${api.keys.admin}`, 'content-type': 'text/csv', 'content-length': 1_000 },
    });
    request.on('error', () => undefined);
    request.write('ip,tier\n192.0.2.77,fast\n');
    const files = () =>
      api.control.query('SELECT FROM import_file f WHERE NOT EXISTS (SELECT FROM bulk_job j WHERE j.id = f.id)');
    await expect.poll(async () => (await files()).length, { timeout: 20_000 }).toBe(1);
    request.destroy();
    await expect.poll(async () => (await files()).length, { timeout: 20_000 }).toBe(0);
  });
});

describe('GET /bulk-jobs/{id}/lines', () => {
  it('is unknown for a job that is not an import, and for no job', async () => {
    const response = await api.postJson('/api/v1/targets:expand', { cidr: '198.51.100.0/30', tier: 'fast' });
    const { id } = (await response.json()) as BulkJobDetail;
    const answer = await api.sendRequest(`/api/v1/bulk-jobs/${id}/lines`);
    expect([answer.status, await answer.json()]).toMatchObject([404, { detail: /not an import/ }]);
    expect((await api.sendRequest('/api/v1/bulk-jobs/00000000-0000-7000-8000-000000000000/lines')).status).toBe(404);
    expect((await api.sendRequest(`/api/v1/bulk-jobs/${id}/lines?cursor=x`)).status).toBe(400);
  });
});
