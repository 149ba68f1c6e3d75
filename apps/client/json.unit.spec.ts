import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Command, pathsOf } from '@icmp-mon/platform/command-line';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { client, EXIT_UNDECIDED } from './commands/index.mjs';
import { answerJson, type FakeApi, startFakeApi } from './testing/fake-api';
import { type Ended, runCaptured } from './testing/run-captured';

/** Commands without --json, because what they print is a file of another format. */
const OTHER_FORMATS = ['completion', 'export', 'pull'];

const leaves = pathsOf(client)
  .map((all) => ({ words: all.slice(1).map(({ name }) => name), command: all[all.length - 1] as Command }))
  .filter(({ words, command }) => words.length > 0 && (!command.commands || command.runs));
const withJson = leaves.filter(({ words }) => !OTHER_FORMATS.includes(words.join(' ')));
const hasOption = ({ options = [] }: Command, name: string): boolean => options.some((option) => option.name === name);

/** Everything that a command may read of an entity, a list, a page, a job or a preview. */
const THING = {
  ...{ id: 'thing', name: 'thing', ip: '192.0.2.7', vrf: 'default', version: 3, state: 'completed', tags: {} },
  ...{ role: 'viewer', user: 'thing', scope: null, logins: 0, lastUsedAt: null, permissions: [], capacityPps: null },
  ...{ successor: null, targetCount: 0, targets: 0, lastRun: null, finishedAt: '2026-11-30T09:00:00Z', error: null },
  ...{ kind: 'import', import: null, done: 1, total: 1, changed: 1, created: 0, unchanged: 0, skipped: 0, failed: 0 },
  ...{ failures: [], changes: 1, count: 1, sample: [], sentences: [], needsConfirmation: false, refusedSample: [] },
  ...{ path: '/set-password#x', expiresAt: null, region: 'fra', provider: null, progress: '1 of 1', newest: 'n' },
  ...{ parts: [], next: null, probeIntervalMs: 15_000, probeTimeoutMs: 900, checks: [], uses: 1, enrolUrl: 'u' },
  definition: { title: 'thing', name: null },
  ...{ endedAt: '2026-11-30T09:00:00Z', counts: { completed: 1 }, lines: [], notes: [] },
  agents: [{ agentId: 'thing', name: 'thing', attempts: [], summary: null }],
  ...{ agentSelection: { strategy: 'all' }, verdictRule: {}, builtIn: false, parents: [], link: { path: '/x' } },
};

/** Arguments and options with which a command runs against the fake API. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  shell: 'bash',
  role: 'operator',
  file: 'file',
  files: 'plan',
  kind: 'icmp_ping',
};
const GIVEN: Readonly<Record<string, readonly string[]>> = {
  'agents drain-all': ['--region', 'fra'],
  'agents set': ['--region', 'ams'],
  'api-keys scope': ['--unlimited'],
  'targets bulk-set': ['--paused', 'yes'],
  'targets set': ['--name', 'other'],
  'tiers set': ['--interval-ms', '20000'],
  'users scope': ['--unlimited'],
};

let fake: FakeApi;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'icmp-mon-json-'));
  // An export of evidence without entries; no other command reads its content before it is sent.
  const file = { evidence: 'icmpmon/1', target: 'thing', check: 1, from: null, until: null, chains: [] };
  writeFileSync(path.join(folder, 'file'), JSON.stringify(file));
  writeFileSync(path.join(folder, 'plan'), 'version: 1\n');
  fake = await startFakeApi(({ method, path: asked }, response) => {
    // Of an agent in service, so that commands find it; a job has ended.
    const thing = { ...THING, ...(method === 'GET' && { state: 'active' }) };
    const hasAnswer = asked.includes('/tiers/') || asked.includes('/maintenance/');
    if (method === 'DELETE' && !hasAnswer) return void response.writeHead(204).end();
    answerJson(response, { ...THING, items: [thing] }, 200, { etag: '"3"' });
  });
});
afterAll(async () => {
  await fake.stop();
  rmSync(folder, { recursive: true });
});

function run(words: readonly string[], command: Command): Promise<Ended> {
  const fileOf = (name: string): string => (['file', 'plan'].includes(name) ? path.join(folder, name) : name);
  const args = (command.arguments ?? []).map(({ name }) => fileOf(ARGUMENTS[name] ?? 'thing'));
  const required = (command.options ?? []).filter((option) => option.required);
  const values = required.flatMap(({ name, choices }) => [`--${name}`, fileOf(choices?.[0] ?? name)]);
  const all = [...words, ...args, ...values, ...(GIVEN[words.join(' ')] ?? []), '--json'];
  const confirmed = hasOption(command, 'yes') ? ['--yes'] : [];
  const environment = { ICMPMON_URL: fake.url, ICMPMON_API_KEY: 'imk_x', HOME: folder };
  return runCaptured([...all, ...confirmed], environment);
}

it('every command has --json, except commands that print a file', () => {
  const without = leaves.filter(({ command }) => !hasOption(command, 'json')).map(({ words }) => words.join(' '));
  expect(without.sort()).toEqual(OTHER_FORMATS);
});

it.each(withJson.map(({ words, command }) => [words.join(' '), words, command] as const))(
  '"icmpmon %s --json" prints JSON only',
  async (_, words, command) => {
    const { code, out, err } = await run(words, command);
    expect([0, EXIT_UNDECIDED], err).toContain(code);
    expect(JSON.parse(out)).toBeTypeOf('object');
  },
);
