import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { answerJson, type FakeApi, startFakeApi } from '../testing/fake-api';
import { type Ended, runCaptured } from '../testing/run-captured';

const RUN = {
  ...{ id: 'r1', sourceId: 's1', state: 'completed', dryRun: false, requestedBy: 'user:1', error: null, advice: null },
  ...{ requestedAt: '2026-01-01T00:00:00Z', startedAt: null, finishedAt: '2026-01-01T00:00:09Z', jobId: 'j1' },
  ...{ listed: 12, created: 10, changed: 0, unchanged: 0, refused: 2, left: 0, needsConfirmation: false },
  ...{ leftJobId: null, leftSample: [], refusedSample: [{ entry: 3, address: 'host', reason: 'is a host name' }] },
};

let fake: FakeApi | undefined;
afterEach(() => fake?.stop());

/** An API with one source, whose run ends as given when it is read. */
async function startApi(ended: object): Promise<void> {
  fake = await startFakeApi(({ method, path }, response) => {
    if (method === 'POST') return answerJson(response, { ...RUN, state: 'queued', finishedAt: null }, 202);
    if (path.endsWith('/runs')) return answerJson(response, { items: [{ ...RUN, ...ended }] });
    const source = {
      id: 's1',
      name: 'NetBox',
      kind: 'netbox',
      targets: 12,
      nextRunAt: null,
      lastRun: { ...RUN, ...ended },
    };
    answerJson(response, { items: [source] });
  });
}

const run = (...argv: string[]): Promise<Ended> =>
  runCaptured(argv, { ICMPMON_URL: fake?.url ?? '', ICMPMON_API_KEY: 'imk_x' });

it('lists and shows sources with the result of the last run', async () => {
  await startApi({ state: 'failed', error: 'The server answered 403.' });
  expect((await run('sources', 'list')).out).toMatch(/NetBox +netbox +12 .*The server answered 403\. +not enabled/);
  expect((await run('sources', 'show', 's1')).out).toMatch(/last run +The server answered 403\./);
});

it('runs a source by its name, waits for the end, and prints refused entries', async () => {
  await startApi({});
  const ended = await run('sources', 'run', 'NetBox', '--dry-run');
  expect(ended).toMatchObject({ code: 0 });
  expect(ended.out).toMatch(/created +10/);
  expect(ended.err).toContain('entry 3: host is a host name');
  expect(fake?.received.map(({ path }) => path)).toContain('/api/v1/inventory-sources/s1/run?dryRun=true');
});

it('states how to confirm that targets left, and why a run failed', async () => {
  await startApi({ left: 9_988, needsConfirmation: true });
  const asked = await run('sources', 'run', 'NetBox', '--confirmed-left', '5');
  expect([asked.code, asked.err]).toEqual([3, expect.stringContaining('--confirmed-left 9988')]);
  await fake?.stop();
  await startApi({ state: 'failed', error: 'The server answered 403.', advice: 'Check the credential.' });
  const failed = await run('sources', 'run', 'NetBox');
  expect([failed.code, failed.err]).toEqual([1, expect.stringContaining('Check the credential.')]);
  expect((await run('sources', 'run', 'Other')).err).toContain('There is no inventory source "Other".');
});

it('Ctrl-C leaves the run of a source running, and prints where its result will be', async () => {
  const stop = new AbortController();
  await startApi({ state: 'running', finishedAt: null });
  void vi.waitUntil(() => fake?.received.some(({ path }) => path.endsWith('/runs'))).then(() => stop.abort());
  const environment = { ICMPMON_URL: fake?.url ?? '', ICMPMON_API_KEY: 'imk_x' };
  expect(await runCaptured(['sources', 'run', 'NetBox'], environment, stop.signal)).toEqual({
    code: 130,
    out: '',
    err: expect.stringContaining(
      'The run continues on the server. Its result: icmpmon sources show "NetBox"',
    ) as string,
  });
});

/** Runs a command with `--file` of a file that has the content. */
async function runWithFile(content: string, ...argv: string[]): Promise<Ended> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sources-'));
  const file = path.join(folder, 'source.json');
  writeFileSync(file, content);
  return run(...argv, '--file', file).finally(() => rmSync(folder, { recursive: true }));
}

it('defines, changes, enables and removes sources, each at the version that was read', async () => {
  const source = { id: 's1', name: 'NetBox', kind: 'netbox', targets: 12, version: 7, lastRun: null };
  fake = await startFakeApi(({ method, path: asked }, response) =>
    answerJson(response, method === 'GET' ? { items: [source] } : source, asked.endsWith('sources') ? 201 : 200),
  );
  const created = await runWithFile('{"name":"NetBox","credential":"secret"}', 'sources', 'create');
  expect([created.code, created.err]).toEqual([0, expect.stringContaining('sources run "NetBox" --dry-run')]);
  expect(await runWithFile('{"left":"pause"}', 'sources', 'set', 'NetBox')).toMatchObject({ code: 0 });
  expect(await run('sources', 'enable', 's1')).toMatchObject({ code: 0 });
  expect(await run('sources', 'remove', 'NetBox')).toMatchObject({ code: 3 });
  expect(await run('sources', 'remove', 'NetBox', '--yes')).toMatchObject({ code: 0 });
  const changes = fake.received.filter(({ method }) => method !== 'GET');
  expect(changes.map(({ method, path: asked, body, headers }) => [method, asked, body, headers['if-match']])).toEqual([
    ['POST', '/api/v1/inventory-sources', '{"name":"NetBox","credential":"secret"}', undefined],
    ['PATCH', '/api/v1/inventory-sources/s1', '{"left":"pause"}', '"7"'],
    ['PATCH', '/api/v1/inventory-sources/s1', '{"isEnabled":true}', '"7"'],
    ['DELETE', '/api/v1/inventory-sources/s1', '', '"7"'],
  ]);
  expect((await runWithFile('[]', 'sources', 'create')).err).toContain('contains no JSON object');
});
