import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { answerJson, type FakeApi, startAnswering, startFakeApi } from '../testing/fake-api';
import { type Ended, runCaptured } from '../testing/run-captured';

let fake: FakeApi | undefined;
afterEach(() => fake?.stop());

const run = (...argv: string[]): Promise<Ended> =>
  runCaptured(argv, { ICMPMON_URL: fake?.url ?? '', ICMPMON_API_KEY: 'imk_x' });
const answering = async (answers: Record<string, unknown>): Promise<void> => {
  fake = await startAnswering(answers);
};

const NODE = {
  kind: 'router',
  gapHops: 0,
  agents: ['a1', 'a2'],
  name: null,
  asNumber: null,
  ownPercent: 0,
  pathPercent: 0,
};
const PATH = {
  ...{ targetId: 't', ip: '198.51.100.9', vrf: 'default', at: '2026-11-30T10:00:00.000Z', loops: [], edges: [] },
  ...{ from: '2026-11-27T10:00:00.000Z', agentsOmitted: 0 },
  agents: ['a1', 'a2', 'a3'].map((agentId, at) => ({ agentId, name: `fra-${at + 1}` })),
  nodes: [
    {
      ...NODE,
      id: '198.51.100.9',
      kind: 'target',
      address: '198.51.100.9',
      column: 0,
      ownPercent: 100,
      pathPercent: 100,
      rttUs: null,
    },
    { ...NODE, id: 'agent a1', kind: 'agent', address: '', column: 4, rttUs: null },
    {
      ...NODE,
      id: 'gap x',
      kind: 'gap',
      address: '',
      gapHops: 2,
      column: 2,
      ownPercent: null,
      pathPercent: null,
      rttUs: null,
    },
    {
      ...{ ...NODE, id: '192.0.2.1', address: '192.0.2.1', column: 3, rttUs: 1_500, name: 'core.example.net' },
      asNumber: { asn: 64_496, name: 'EXAMPLE' },
    },
  ],
  breaks: {
    breaks: [{ node: '192.0.2.1', agents: ['a1', 'a2'], against: ['a3'], hit: 0.67, coverage: 1, distance: 3 }],
    ...{ unexplained: [], withoutEvidence: ['a3'] },
  },
};

it('the path is a table from the agents to the target, and sentences on where it breaks', async () => {
  await answering({ '/path?at=now-1h': PATH });
  const { out, code } = await run('path', '198.51.100.9', '--at', 'now-1h');
  expect(code).toBe(0);
  expect(out.split('\n')).toEqual([
    'HOPS  ADDRESS       NAME              AS             AGENTS  OWN LOSS  PATH LOSS  RTT',
    '3     192.0.2.1     core.example.net  64496 EXAMPLE  2       0.0 %     0.0 %      1.50 ms',
    '2     (2 silent)    -                 -              2       -         -          -',
    '0     198.51.100.9  -                 -              2       100.0 %   100.0 %    -',
    '',
    'Breaks at core.example.net (192.0.2.1) for fra-1, fra-2; it passes the packets of fra-3.',
    'Nothing answered to fra-3.',
    '',
  ]);
});

it('without traces, the path states the time in which there are none', async () => {
  await answering({ '/path': { ...PATH, agents: [], nodes: [] } });
  const { out, err } = await run('path', '198.51.100.9');
  expect([out, err]).toEqual(['', expect.stringContaining('No agent has a trace between 2026-11-27 10:00:00Z')]);
});

it('traces and changes are lists, and a trace is the table of mtr with its control characters escaped', async () => {
  const trace = {
    id: 'x1',
    agentId: 'a1',
    agentName: 'fra-1',
    cause: 'bad',
    startedAt: PATH.at,
    reached: false,
    hops: 3,
  };
  const change = { at: PATH.at, agentName: 'fra-1', left: ['192.0.2.1'], joined: ['203.0.113.1'], traceId: 'x1' };
  const stored = {
    trace: { startedAtMs: 0, target: '198.51.100.9', addresses: ['192.0.2.1'], rounds: [[[0, 1_000]]] },
    ...{ agentName: 'fra-\u001b[2J', names: { '192.0.2.1': 'core.example.net' }, detail: 'It ended early.' },
  };
  fake = await startFakeApi(({ path: asked }, response) => {
    if (asked.includes('/path-changes')) return answerJson(response, { items: [change], next: null });
    if (asked.includes('/targets/'))
      return answerJson(response, { items: [{ ...trace, onset: { hop: 2 } }], next: null });
    answerJson(response, stored);
  });
  expect((await run('traces', 'list', '198.51.100.9')).out).toContain('fra-1  bad    silent  3     2              x1');
  expect((await run('traces', 'changes', '198.51.100.9')).out).toContain('192.0.2.1  203.0.113.1  x1');
  const { out, err } = await run('traces', 'show', 'x1');
  expect(out).toContain('HOST: fra-\\u{1b}[2J');
  expect(out).toContain('1.|-- core.example.net (192.0.2.1)');
  expect(err).toBe('It ended early.\n');
});

it('AS numbers are imported from a file, compressed or not, and removed', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'icmp-mon-as-'));
  const file = { lines: 1, prefixes: 2, changedAt: PATH.at, running: { startedAt: PATH.at, lines: 7 }, version: 3 };
  fake = await startFakeApi(({ method }, response) => {
    if (method === 'DELETE') return void response.writeHead(204).end();
    answerJson(response, file);
  });
  writeFileSync(path.join(folder, 'as.txt'), '192.0.2.0/24 1\n');
  writeFileSync(path.join(folder, 'as.gz'), gzipSync('192.0.2.0/24 2\n'));
  writeFileSync(path.join(folder, 'broken.gz'), 'no gzip');
  const { out } = await run('as-numbers', 'import', path.join(folder, 'as.txt'));
  expect(out).toContain('running   7 lines since 2026-11-30 10:00:00Z');
  await run('as-numbers', 'import', path.join(folder, 'as.gz'));
  expect(fake.received.map(({ method, body }) => [method, body])).toEqual([
    ['PUT', '192.0.2.0/24 1\n'],
    ['PUT', '192.0.2.0/24 2\n'],
  ]);
  expect(fake.received[0]?.headers['content-type']).toBe('text/plain');
  const broken = await run('as-numbers', 'import', path.join(folder, 'broken.gz'));
  expect([broken.code, broken.err]).toEqual([1, expect.stringContaining('cannot be read: incorrect header check')]);
  expect((await run('as-numbers', 'remove')).err).toContain('The AS numbers are removed.');
  rmSync(folder, { recursive: true });
});
