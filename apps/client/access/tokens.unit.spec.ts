import { afterEach, beforeEach, expect, it } from 'vitest';
import { answerJson, type FakeApi, problem, startFakeApi } from '../testing/fake-api';
import { type Ended, runCaptured } from '../testing/run-captured';

const TOKEN = {
  ...{ id: 't1', region: 'fra', agentName: null, provider: null, tags: { site: 'fra' }, capacityPps: 500, uses: 20 },
  ...{ usesLeft: 20, state: 'usable', createdBy: 'ada', createdAt: '2026-11-30T07:00:00Z', lastUsedAt: null },
  expiresAt: '2026-11-30T09:00:00Z',
};
const CREATED = { ...TOKEN, token: 'imt_secret', caSha256: 'ab12', enrolUrl: 'https://mon.example.org:8444' };

let fake: FakeApi;
let refusal: object | null;
beforeEach(async () => {
  refusal = null;
  fake = await startFakeApi(({ method }, response) => {
    if (refusal !== null) answerJson(response, refusal, 409);
    else if (method === 'DELETE') response.writeHead(204).end();
    else answerJson(response, method === 'POST' ? CREATED : { items: [{ ...TOKEN, state: 'revoked' }] });
  });
});
afterEach(() => fake.stop());

const run = (...argv: string[]): Promise<Ended> =>
  runCaptured(['tokens', ...argv], { ICMPMON_URL: fake.url, ICMPMON_API_KEY: 'imk_x' });
const bodies = (): unknown[] =>
  fake.received.filter(({ method }) => method === 'POST').map(({ body }) => JSON.parse(body));

it('a token is created with what its options fix, and nothing else', async () => {
  await run('create');
  await run('create', '--region', 'fra', '--provider', 'p', '--tags', 'site=fra rack=7', '--capacity', '500');
  await run('create', '--agent', 'fra-1', '--uses', '20', '--valid-for', '60');
  expect(bodies()).toEqual([
    {},
    { region: 'fra', provider: 'p', tags: { site: 'fra', rack: '7' }, capacityPps: 500 },
    { agentName: 'fra-1', uses: 20, validForS: 60 },
  ]);
});

it('only the token is printed on standard output, so that a script can read it', async () => {
  const { code, out, err } = await run('create', '--region', 'fra', '--uses', '20');
  expect({ code, out }).toEqual({ code: 0, out: 'imt_secret\n' });
  expect(err).toMatch(/not shown again\. For .*fra.*, 20 uses, until 2026-11-30 09:00:00Z\./);
  expect(err).toContain('https://mon.example.org:8444, SHA-256 of the CA: ab12');
  expect(JSON.parse((await run('create', '--json')).out)).toEqual(CREATED);
});

it.each([
  [['--tags', 'site'], 'not key=value'],
  [['--uses', '0'], 'from 1 to 1000'],
  [['--uses', '1001'], 'from 1 to 1000'],
  [['--valid-for', '86401'], 'from 1 to 86400'],
  [['--capacity', '0'], '1 or more'],
])('%j is refused before a request', async (options, message) => {
  const { code, out, err } = await run('create', ...options);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(message);
  expect(fake.received).toEqual([]);
});

it('a refusal of the server is printed with what to do', async () => {
  refusal = problem(409, 'The certificate authority does not exist yet. Start the gateway, then try again.');
  const { code, out, err } = await run('create');
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain('Start the gateway, then try again.');
});

it('a token is revoked, and shown as it is afterwards', async () => {
  expect(await run('revoke', 't1')).toEqual({ code: 0, out: '', err: 'The token t1 is revoked.\n' });
  expect(JSON.parse((await run('revoke', 't1', '--json')).out)).toMatchObject({ id: 't1', state: 'revoked' });
});
