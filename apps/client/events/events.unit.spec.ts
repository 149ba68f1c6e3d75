import { pause } from '@icmp-mon/platform/concurrency';
import { afterEach, expect, it, vi } from 'vitest';
import { answerJson, type Answerer, type FakeApi, problem, startFakeApi } from '../testing/fake-api';
import { runCaptured } from '../testing/run-captured';

/** Longer than the client waits between two requests. */
const LOOKS_MS = 2_500;

let fake: FakeApi | undefined;
afterEach(() => fake?.stop());

const entry = (id: number): object => ({
  ...{
    id: `e${id}`,
    at: '2026-11-30T07:00:00.123Z',
    event: 'TargetTierChanged',
    did: 'changed the target',
    version: 2,
  },
  ...{ actor: { id: 'user:1', name: 'ada' }, entity: { kind: 'target', id: 't1', name: '192.0.2.7' } },
  ...{
    changes: [{ field: 'tier', before: 'fast', after: null }],
    correlationId: 'c',
    causationId: null,
    causedCount: 0,
  },
});
const environment = (): Record<string, string> => ({ ICMPMON_URL: fake?.url ?? '', ICMPMON_API_KEY: 'imk_x' });

it('events are listed with what changed, and only asked parameters are sent', async () => {
  fake = await startFakeApi((_, response) => answerJson(response, { items: [entry(1)], next: null, newest: 'n' }));
  const { out } = await runCaptured(['events', '--kind', 'target', '--entity', '192.0.2.7', '--folded'], environment());
  expect(out).toMatch(
    /^TIME +BY +EVENT +ENTITY +CHANGES *\n2026-11-30 07:00:00Z +ada +TargetTierChanged +target 192\.0\.2\.7 +tier fast → -\n$/,
  );
  expect(fake.received[0]?.path).toBe('/api/v1/events?kind=target&entity=192.0.2.7&folded=true');
});

it('the number of changes by a job is stated as a lower bound where the server stops counting', async () => {
  const items = [99, 100].map((causedCount) => ({ ...entry(causedCount), changes: [], causedCount }));
  fake = await startFakeApi((_, response) => answerJson(response, { items, next: null, newest: 'n' }));
  const { out } = await runCaptured(['events'], environment());
  expect(out).toMatch(/ 99 changes by its job\n.* 100 or more changes by its job\n$/);
});

it('events of jobs are left out only by --folded', async () => {
  fake = await startFakeApi((_, response) => answerJson(response, { items: [], next: null, newest: 'n' }));
  await runCaptured(['events'], environment());
  await runCaptured(['events', '--actor', 'ada', '--folded'], environment());
  const asked = fake.received.map(({ path }) => new URL(path, fake?.url).searchParams);
  expect(asked.map((query) => query.get('folded'))).toEqual(['false', 'true']);
});

it('--follow prints each event once, in order, also across failures of the server, until it is interrupted', async () => {
  const stop = new AbortController();
  const answers = [
    { items: [entry(2), entry(1)], next: 'older', newest: 'n1' },
    { items: [entry(2), entry(3)], next: null, newest: 'n3' },
    null,
    { items: [entry(4)], next: null, newest: 'n4' },
  ];
  let count = 0;
  fake = await startFakeApi((_, response) => {
    const answer = answers[count++];
    if (answer === undefined) {
      stop.abort();
      answerJson(response, { items: [], next: null, newest: 'n4' });
    } else if (answer === null) answerJson(response, problem(500, 'Failed.'), 500);
    else answerJson(response, answer);
  });
  const { code, out, err } = await runCaptured(['events', '--follow', '--json'], environment(), stop.signal);
  expect(
    out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: string }).id),
  ).toEqual(['e1', 'e2', 'e3', 'e4']);
  expect({ code, err }).toEqual({ code: 130, err: 'Failed. Still following …\n' });
  expect(fake.received.map(({ path }) => new URL(path, fake?.url).searchParams.get('after')).slice(0, 5)).toEqual([
    null,
    'n1',
    'n3',
    'n3',
    'n4',
  ]);
}, 30_000);

it('--follow continues without a gap when the api is restarted, and prints no event twice', async () => {
  const stop = new AbortController();
  const entries = [entry(1), entry(2)];
  // Like the api: what was appended since `after`, oldest first.
  const answer: Answerer = ({ path }, response) => {
    const after = new URL(path, 'http://x').searchParams.get('after');
    const items = after === null ? [...entries].reverse() : entries.slice(Number(after));
    answerJson(response, { items, next: null, newest: String(entries.length) });
    if (restarted && items.length === 0) stop.abort();
  };
  let restarted = false;
  fake = await startFakeApi(answer);
  const port = Number(new URL(fake.url).port);
  const following = runCaptured(['events', '--follow', '--json'], environment(), stop.signal);
  await vi.waitUntil(() => (fake?.received.length ?? 0) > 0);
  await fake.stop();
  entries.push(entry(3), entry(4));
  await pause(LOOKS_MS);
  fake = await startFakeApi(answer, port);
  restarted = true;
  const { code, out, err } = await following;
  const ids = out.match(/"id":"e\d"/g);
  expect({ code, ids }).toEqual({ code: 130, ids: ['"id":"e1"', '"id":"e2"', '"id":"e3"', '"id":"e4"'] });
  // The api may end between two requests, or during one.
  expect(err).toMatch(
    /^(Nothing listens at 127\.0\.0\.1:\d+|127\.0\.0\.1:\d+ closed the connection).* Still following …\n/,
  );
}, 30_000);

it('--follow cannot be combined with a page, and a refusal ends it', async () => {
  expect(await runCaptured(['events', '--follow', '--all'])).toMatchObject({
    code: 2,
    err: '--follow and --all cannot be combined.\n',
  });
  fake = await startFakeApi((_, response) =>
    answerJson(response, problem(403, 'This requires the permission audit:read.'), 403),
  );
  expect(await runCaptured(['events', '--follow'], environment())).toMatchObject({ code: 1, out: '' });
});
