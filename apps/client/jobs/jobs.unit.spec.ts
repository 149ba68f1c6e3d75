import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { answerJson, type FakeApi, problem, startFakeApi } from '../testing/fake-api';
import { runCaptured } from '../testing/run-captured';

let fake: FakeApi | undefined;
afterEach(() => fake?.stop());

const job = (change: object): object => ({
  ...{
    id: 'j1',
    kind: 'change',
    state: 'running',
    total: 9,
    done: 3,
    created: 0,
    changed: 0,
    unchanged: 0,
    skipped: 0,
    failed: 0,
  },
  ...{ import: null, failures: [], error: null, finishedAt: null },
  ...change,
});
const environment = (): Record<string, string> => ({ ICMPMON_URL: fake?.url ?? '', ICMPMON_API_KEY: 'imk_x' });

it('Ctrl-C leaves the job running, and prints how to follow it', async () => {
  const stop = new AbortController();
  fake = await startFakeApi((_, response) => {
    answerJson(response, job({}));
    setTimeout(() => stop.abort(), 50);
  });
  const { code, out, err } = await runCaptured(['jobs', 'follow', 'j1'], environment(), stop.signal);
  expect({ code, out }).toEqual({ code: 130, out: '' });
  expect(err).toBe(
    '3 of 9 …\nThe job continues on the server. Follow it: icmpmon jobs follow j1. Cancel it: icmpmon jobs cancel j1\n',
  );
  expect(fake.received.every(({ method }) => method === 'GET')).toBe(true);
});

it.each([
  [
    job({ state: 'completed', finishedAt: 'now', changed: 9 }),
    0,
    '9 changed, 0 unchanged, 0 skipped, 0 refused.\n',
    '',
  ],
  [
    job({
      state: 'completed',
      finishedAt: 'now',
      changed: 8,
      failed: 1,
      failures: [{ ip: '192.0.2.7', text: 'has too many tags' }],
    }),
    ...[1, '8 changed, 0 unchanged, 0 skipped, 1 refused.\n', '192.0.2.7: has too many tags\n'],
  ],
  [
    job({ state: 'failed', finishedAt: 'now', error: 'The database was full.' }),
    ...[1, '0 changed, 0 unchanged, 0 skipped, 0 refused.\n', 'The job failed. The database was full.\n'],
  ],
])('a job that ended: %j', async (ended, code, out, err) => {
  fake = await startFakeApi((_, response) => answerJson(response, ended));
  expect(await runCaptured(['jobs', 'follow', 'j1'], environment())).toEqual({ code, out, err });
});

it('a bulk change executes what was shown: it sends the number of the dry run', async () => {
  fake = await startFakeApi(({ body }, response) => {
    const { dryRun } = JSON.parse(body || '{}') as { dryRun?: boolean };
    if (dryRun) answerJson(response, { count: 7, changes: 7, members: [], sample: [], skipped: [] });
    else answerJson(response, job({ state: 'completed', finishedAt: 'now', changed: 7 }), 202);
  });
  const { code } = await runCaptured(
    ['targets', 'bulk-set', '--filter', 'site=a', '--paused', 'yes', '--yes'],
    environment(),
  );
  expect(code).toBe(0);
  expect(JSON.parse(fake.received[1]?.body ?? '')).toEqual({
    filter: 'site=a',
    change: { paused: true },
    expectedCount: 7,
  });
});

it('a file that the server refuses while it is sent is refused with the reason', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'icmp-mon-jobs-'));
  writeFileSync(path.join(folder, 'targets.csv'), 'ip,tier\n'.repeat(500_000));
  fake = await startFakeApi((_, response) => answerJson(response, problem(413, 'The file is too large.'), 413));
  const { code, err } = await runCaptured(['import', path.join(folder, 'targets.csv')], environment());
  expect({ code, err }).toEqual({ code: 1, err: 'The file is too large.\nSend it in several parts.\n' });
  const { err: unread } = await runCaptured(['import', folder], environment());
  expect(unread).toBe(`The file cannot be read: ${folder} is a folder.\n`);
  rmSync(folder, { recursive: true });
});
