import { afterEach, expect, it } from 'vitest';
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
  expect(fake?.received.map(({ path }) => path)).toContain('/api/v1/inventory-sources/s1:run?dryRun=true');
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
