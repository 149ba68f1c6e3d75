import { AGENT_CHANGES } from '@icmp-mon/agents/contract';
import { afterEach, expect, it } from 'vitest';
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

/** Agents that lose all targets when they are asked about a second time after their drain began. */
async function fleetOf(agents: Agent[], moves = true): Promise<void> {
  fake = await startFakeApi(({ method, path }, response) => {
    const [, id, change] = /agents\/(\w+)\/([\w-]+)$/.exec(path) ?? [];
    const agent = agents.find((each) => each.id === id);
    if (method === 'GET') {
      answerJson(response, { items: agents.map(view) });
      if (moves) for (const each of agents) if (each.state === 'draining') each.assigned = 0;
    } else if (agent !== undefined) {
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

it('a rolling drain drains the selected agents one after the other', async () => {
  await fleetOf(agents());
  expect(await run('agents', 'drain-all', '--tags', 'site=fra')).toMatchObject({
    code: 3,
    err: expect.stringContaining('2 agents, 1 at a time: fra-1, fra-2') as string,
  });
  const { code, out } = await run('agents', 'drain-all', '--region', 'fra', '--yes');
  expect({ code, out: out.split('\n') }).toMatchObject({
    code: 0,
    out: ['0 of 2 drained, 2 waiting', expect.anything(), expect.anything(), expect.anything(), '2 of 2 drained', ''],
  });
  expect(fake?.received.filter(({ method }) => method === 'POST').map(({ path }) => path)).toEqual([
    '/api/v1/agents/a1/drain',
    '/api/v1/agents/a2/drain',
  ]);
  expect(await run('agents', 'drain-all', '--region', 'nowhere')).toMatchObject({
    code: 1,
    err: expect.stringContaining('No agent in service matches') as string,
  });
}, 20_000);

it('a rolling drain stops when no target moves, or none can be counted', async () => {
  await fleetOf(
    agents().map((agent) => ({ ...agent, assigned: null })),
    false,
  );
  const stuck = await run('agents', 'drain-all', '--region', 'fra', '--wait', '1', '--yes');
  expect(stuck).toMatchObject({ code: 1, err: expect.stringContaining('No target moved for 1 s') as string });
}, 20_000);

it('an unknown agent is refused with where to look', async () => {
  await fleetOf(agents());
  expect(await run('agents', 'show', 'muc-1')).toEqual({
    code: 1,
    out: '',
    err: 'There is no agent "muc-1". List them: icmpmon agents list\n',
  });
});
