import { AGENT_CHANGES, type DrainJob } from '@icmp-mon/agents/contract';
import { afterEach, expect, it, vi } from 'vitest';
import { AGENT_EFFECTS } from '../commands/index.mjs';
import { answerJson, type FakeApi, problem, startFakeApi } from '../testing/fake-api';
import { type Ended, runCaptured } from '../testing/run-captured';

interface Agent {
  id: string;
  name: string;
  region: string;
  state: string;
  assigned: number | null;
}

let fake: FakeApi | undefined;
afterEach(() => fake?.stop());

const view = ({ id, name, region, state, assigned }: Agent): object => ({
  ...{
    id,
    name,
    region,
    state,
    provider: 'p',
    tags: { site: region },
    capacityPps: null,
    thenRetire: false,
    version: 4,
  },
  ...{ stateReason: null, connection: 'connected', assignedTargets: 9, outdated: null, telemetry: null },
  share: assigned === null ? null : { assigned },
});

async function fleetOf(agents: Agent[]): Promise<void> {
  fake = await startFakeApi(({ method, path }, response) => {
    const [, id, change] = /agents\/(\w+)\/([\w-]+)$/.exec(path) ?? [];
    const agent = agents.find((each) => each.id === id);
    if (method === 'GET') answerJson(response, { items: agents.map(view) });
    else if (agent !== undefined) {
      agent.state = { drain: 'draining', evict: 'evicted' }[change ?? ''] ?? agent.state;
      answerJson(response, { ...agent, thenRetire: change === 'retire', version: 5 });
    } else answerJson(response, problem(404, 'Unknown.'), 404);
  });
}

const run = (...argv: string[]): Promise<Ended> =>
  runCaptured(argv, { ICMPMON_URL: fake?.url ?? '', ICMPMON_API_KEY: 'imk_x' });
const FRA: Agent = { id: 'a1', name: 'fra-1', region: 'fra', state: 'active', assigned: 5 };
const agents = (): Agent[] =>
  [FRA, { ...FRA, id: 'a2', name: 'fra-2' }, { ...FRA, id: 'b1', name: 'ams-1', region: 'ams' }].map((each) => ({
    ...each,
  }));

it('the effects in the definitions are those of the changes in the contract', () => {
  expect(Object.keys(AGENT_EFFECTS)).toEqual([...AGENT_CHANGES]);
});

it('a change is shown, and executed with --yes for the version that was read', async () => {
  await fleetOf(agents());
  const shown = await run('agents', 'evict', 'fra-1');
  expect(shown).toMatchObject({ code: 3, out: '' });
  expect(shown.err).toContain('fra-1 is active. evict: Revokes its credentials');
  expect(await run('agents', 'evict', 'fra-1', '--yes', '--reason', 'stolen')).toMatchObject({
    ...{ code: 0, err: '' },
    out: expect.stringMatching(/^fra-1 is evicted: it may join again/) as string,
  });
  expect(fake?.received.at(-1)).toMatchObject({
    method: 'POST',
    body: '{"reason":"stolen"}',
    headers: { 'if-match': '"4"' },
  });
});

it('a description is changed by a patch; what cannot be read is refused before a request', async () => {
  await fleetOf(agents());
  await run(
    'agents',
    'set',
    'a1',
    '--capacity',
    'none',
    '--tags',
    'rack=7',
    '--remove-tags',
    'site row',
    '--provider=',
  );
  expect(JSON.parse(fake?.received.at(-1)?.body ?? '')).toEqual({
    provider: null,
    capacityPps: null,
    tags: { rack: '7', site: null, row: null },
  });
  const before = fake?.received.length;
  expect(await run('agents', 'set', 'a1')).toMatchObject({
    code: 2,
    err: expect.stringContaining('Nothing to change') as string,
  });
  expect(await run('agents', 'set', 'a1', '--capacity', 'all')).toMatchObject({
    code: 2,
    err: expect.stringContaining('Give whole packets per second') as string,
  });
  expect(await run('agents', 'set', 'a1', '--tags', 'site')).toMatchObject({
    code: 2,
    err: expect.stringContaining('not key=value') as string,
  });
  expect(fake?.received.length).toBe(before);
});

/** A fleet whose drain job answers with these states: to its request, then one per read. */
async function drainingFleet(...jobs: Partial<DrainJob>[]): Promise<void> {
  fake = await startFakeApi(({ method, path }, response) => {
    if (method === 'GET' && path.endsWith('/agents')) return answerJson(response, { items: agents().map(view) });
    const job = { id: 'j1', state: 'running', progress: '', why: null, finishedAt: null, ...jobs.shift() };
    return answerJson(response, job, method === 'POST' ? 202 : 200);
  });
}

it('a drain of several agents requests a job, and follows it to its end', async () => {
  const paused = { state: 'paused', progress: '1 of 2 drained, 1 waiting', why: '4 targets are not placed' } as const;
  const completed = { state: 'completed', progress: '2 of 2 drained', finishedAt: '2026-11-30T09:00:00Z' } as const;
  await drainingFleet({}, { progress: '0 of 2 drained, 2 waiting' }, paused, completed);
  expect(await run('agents', 'drain-all', '--tags', 'site=fra')).toMatchObject({
    code: 3,
    err: expect.stringContaining('2 agents, 1 at a time: fra-1, fra-2') as string,
  });
  expect(await run('agents', 'drain-all', '--region', 'fra', '--wait', '60', '--reason', 'r', '--yes')).toEqual({
    code: 0,
    out: '2 of 2 drained\n',
    err: '0 of 2 drained, 2 waiting\n1 of 2 drained, 1 waiting; paused: 4 targets are not placed\n',
  });
  const [request] = fake?.received.filter(({ method }) => method === 'POST') ?? [];
  expect(request?.path).toBe('/api/v1/agents:drain');
  expect(JSON.parse(request?.body ?? '')).toEqual({ agents: ['a1', 'a2'], atOnce: 1, reason: 'r', waitS: 60 });
  expect(await run('agents', 'drain-all', '--region', 'nowhere')).toMatchObject({
    code: 1,
    err: expect.stringContaining('No agent in service matches') as string,
  });
}, 20_000);

it('a drain of several agents fails with the reason when the job stops', async () => {
  const finishedAt = '2026-11-30T09:00:00Z';
  await drainingFleet(
    {},
    { state: 'stopped', progress: '0 of 2 drained', why: 'No target moved for 60 s', finishedAt },
  );
  expect(await run('agents', 'drain-all', '--region', 'fra', '--yes')).toMatchObject({
    code: 1,
    err: expect.stringContaining('No target moved for 60 s') as string,
  });
  await fake?.stop();
  await drainingFleet({}, { state: 'cancelled', finishedAt });
  expect(await run('agents', 'drain-all', '--region', 'fra', '--yes')).toMatchObject({
    err: expect.stringContaining('The job j1 was cancelled') as string,
  });
}, 20_000);

it('Ctrl-C leaves the drain of several agents running, and prints where it is', async () => {
  const stop = new AbortController();
  await drainingFleet({}, { progress: '0 of 2 drained' });
  void vi.waitUntil(() => fake?.received.some(({ path }) => path.includes('/agent-drains/'))).then(() => stop.abort());
  const environment = { ICMPMON_URL: fake?.url ?? '', ICMPMON_API_KEY: 'imk_x' };
  expect(await runCaptured(['agents', 'drain-all', '--region', 'fra', '--yes'], environment, stop.signal)).toEqual({
    code: 130,
    out: '',
    err: expect.stringContaining('The job j1 continues on the server. The page Agents shows it') as string,
  });
});

it('an unknown agent is refused with where to look', async () => {
  await fleetOf(agents());
  expect(await run('agents', 'show', 'muc-1')).toEqual({
    code: 1,
    out: '',
    err: 'There is no agent "muc-1". List them: icmpmon agents list\n',
  });
});
