import { AGENT_CHOICES, COMMAND_KINDS } from '@icmp-mon/commands/contract';
import { afterEach, expect, it } from 'vitest';
import { AGENT_CHOICE_TEXTS, COMMAND_KIND_TEXTS } from '../commands/index.mjs';
import { answerJson, type FakeApi, problem, startFakeApi } from '../testing/fake-api';
import { type Ended, runCaptured } from '../testing/run-captured';

let fake: FakeApi | undefined;
afterEach(() => fake?.stop());

const ID = '01936d2e-7c1a-7b3e-9a51-0242ac120010';
const run = (...argv: string[]): Promise<Ended> =>
  runCaptured(argv, { ICMPMON_URL: fake?.url ?? '', ICMPMON_API_KEY: 'imk_x' });

const summary = { sent: 4, replies: 3, loss: 0.25, rttMinUs: 900, rttMeanUs: 1_234, rttMaxUs: 2_000 };
const attempt = { sentAt: '2026-11-22T10:00:00.000Z', outcome: 'timeout', rttUs: null };
const command = (state: string, endedAt: string | null): object => ({
  ...{ id: ID, kind: 'icmp_ping', ip: '192.0.2.1', state, endedAt, requestedAt: '2026-11-22T10:00:00.000Z' },
  ...{ requestedBy: 'user:1', requestedByName: 'ada' },
  counts: { waiting: 0, running: 0, completed: 1, failed: 0, expired: state === 'expired' ? 1 : 0, cancelled: 0 },
  agents: [
    { agentId: 'a1', name: 'fra-1', region: 'eu', state: 'completed', detail: null, attempts: [attempt], summary },
    ...(state === 'expired'
      ? [
          {
            agentId: 'a2',
            name: 'ams-1',
            region: 'eu',
            state: 'expired',
            detail: 'Too late.',
            attempts: [],
            summary: null,
          },
        ]
      : []),
  ],
});

/** An API whose command has the states one after another; returns the bodies that were sent. */
async function apiWith(...states: [string, string | null][]): Promise<string[]> {
  const bodies: string[] = [];
  fake = await startFakeApi(({ method, path: asked, body }, response) => {
    const [path = ''] = asked.split('?');
    if (path.endsWith('/trail')) return answerJson(response, { lines: [{ afterMs: 1.25, text: 'probe 1: timeout' }] });
    if (path.endsWith('/agents')) return answerJson(response, { items: [{ id: 'a1', name: 'fra-1' }] });
    if (method === 'POST') bodies.push(String(body));
    if (path.includes('missing')) return answerJson(response, problem(404, 'There is no such command.'), 404);
    const [state, endedAt] = states[0] ?? ['completed', null];
    if (method === 'GET' && states.length > 1) states.shift();
    if (path.endsWith('/commands') && method === 'GET')
      return answerJson(response, {
        items: [{ ...command(state, endedAt), agents: { completed: 1, failed: 1 } }],
        next: null,
      });
    return answerJson(response, command(state, endedAt), method === 'POST' ? 202 : 200);
  });
  return bodies;
}

it('kinds and choices are those of the contract', () => {
  expect(Object.keys(COMMAND_KIND_TEXTS)).toEqual([...COMMAND_KINDS]);
  expect(Object.keys(AGENT_CHOICE_TEXTS)).toEqual([...AGENT_CHOICES]);
});

it('a command is followed until it has ended, and its answers are printed', async () => {
  const bodies = await apiWith(['running', null], ['completed', '2026-11-22T10:00:01.000Z']);
  const ended = await run('commands', 'run', 'icmp_ping', '192.0.2.1', '--from', 'all', '--count', '4');
  expect(ended.code).toBe(0);
  expect(ended.out).toMatch(/fra-1 +eu +completed +3\/4 +0\.90 +1\.23 +2\.00 +timeout/);
  expect(JSON.parse(bodies[0] ?? '')).toMatchObject({
    kind: 'icmp_ping',
    target: '192.0.2.1',
    choice: 'all',
    count: 4,
  });
});

it('the hops of a trace are printed when they answer, and the table of mtr at the end', async () => {
  const hops = [
    [0, 500],
    [1, 1_500],
    // The target again, to a probe that was sent before its distance was known.
    [1, 1_600],
  ];
  const traceOf = (rounds: unknown[]): object => ({
    ...{ target: '192.0.2.1', startedAtMs: 0, addresses: ['192.0.2.254', '192.0.2.1'], rounds },
  });
  const traced = (state: string, endedAt: string | null, rounds: unknown[]): object => ({
    ...command(state, endedAt),
    kind: 'mtr',
    agents: [
      {
        ...{ agentId: 'a1', name: 'fra-1', region: 'eu', state, detail: null, attempts: [], summary: null },
        ...{ trace: traceOf(rounds), names: { '192.0.2.254': 'r1.example.net' } },
      },
    ],
  });
  const views = [traced('running', null, [hops.slice(0, 1)]), traced('running', null, [hops])];
  fake = await startFakeApi(({ method }, response) =>
    answerJson(
      response,
      method === 'POST' ? views[0] : (views.shift() ?? traced('completed', '2026-11-22T10:00:01.000Z', [hops, hops])),
      method === 'POST' ? 202 : 200,
    ),
  );
  const ended = await run('commands', 'run', 'mtr', '192.0.2.1');
  expect(ended.code).toBe(0);
  const notes = ended.err.split('\n').filter((line) => line.startsWith('fra-1'));
  expect(notes).toEqual(['fra-1   1  r1.example.net (192.0.2.254)  0.50 ms', 'fra-1   2  192.0.2.1  1.50 ms']);
  expect(ended.out).toMatch(/fra-1 +eu +completed.*2 hops, the target answered in 2 of 2 rounds/);
  expect(ended.out).toMatch(/HOST: fra-1 +Loss% +Snt/);
  expect(ended.out).toMatch(/1\.\|-- r1\.example\.net \(192\.0\.2\.254\) +0\.0% +2 +0\.5/);
});

it('chosen agents are named, and an unknown one is refused', async () => {
  const bodies = await apiWith(['completed', '2026-11-22T10:00:01.000Z']);
  await run('commands', 'run', 'tcp_connect', '192.0.2.1', '--port', '443', '--agents', 'fra-1');
  expect(JSON.parse(bodies[0] ?? '')).toMatchObject({ agents: ['a1'], parameters: { port: 443 } });
  const refused = await run('commands', 'run', 'icmp_ping', '192.0.2.1', '--agents', 'nowhere');
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('There is no agent nowhere')]);
});

it('a command that an agent did not answer in time fails, with the answers of the others', async () => {
  await apiWith(['expired', '2026-11-22T10:00:01.000Z']);
  const ended = await run('commands', 'run', 'icmp_ping', '192.0.2.1');
  expect(ended.code).toBe(1);
  expect(ended.out).toMatch(/ams-1 +eu +expired.*Too late\./);
  expect(ended.err).toContain('is expired: 1 of 2 answered');
});

it('commands are listed, shown and cancelled, and trails printed', async () => {
  await apiWith(['cancelled', '2026-11-22T10:00:01.000Z']);
  const listed = await run('commands', 'list');
  expect(listed.out, listed.err).toContain(ID);
  expect((await run('commands', 'show', ID)).out).toContain('fra-1');
  expect((await run('commands', 'cancel', ID)).err).toContain('cancelled');
  expect((await run('commands', 'trail', ID, 'fra-1')).out).toContain('1.3 ms  probe 1: timeout');
  const unknown = await run('commands', 'trail', ID, 'nowhere');
  expect(unknown.err).toContain('Its agents: fra-1');
  expect((await run('commands', 'show', 'missing')).code).toBe(1);
});
