import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callOf, type Command, helpOf, pathsOf, readCommandLine } from '@icmp-mon/platform/command-line';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rootDir } from '../paths.mjs';
import { COMMANDS } from './index.mjs';

/** Files of a clone that the commands need: no node_modules, nothing built. */
const SOURCES = ['package.json', 'package-lock.json', 'infra', 'libs', 'apps/cli', 'apps/client'];
/** Scripts that work on the running product. */
const NEED_PRODUCT = ['demo', 'measure', 'icmpmon'];
/** Commands of icmpmon that read files only. */
const READ_FILES = ['icmpmon print-block', 'icmpmon sbom'];

const scripts: Record<string, string> = JSON.parse(readFileSync(join(rootDir, 'package.json'), 'utf8')).scripts;

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

let clone: string;
beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), 'clone-'));
  const isPlain = (source: string): boolean => !/node_modules|\.spec\.ts$/.test(source.slice(rootDir.length));
  for (const source of SOURCES) {
    cpSync(join(rootDir, source), join(clone, source), { recursive: true, filter: isPlain });
  }
});
afterAll(() => rmSync(clone, { recursive: true }));

/** Runs a script as npm does in a new clone, on a machine that has only Node: no npm, apt, sudo or Docker. */
function run(script: string, argv: readonly string[], extra: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const [, ...words] = (scripts[script] ?? '').split(' ');
  const child = spawn(process.execPath, [...words, ...argv], {
    cwd: clone,
    env: { PATH: '/nonexistent', npm_lifecycle_event: script, ...extra },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = { out: '', err: '' };
  child.stdout.on('data', (chunk) => (ended.out += chunk));
  child.stderr.on('data', (chunk) => (ended.err += chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...ended }));
  });
}

const contents = (): string[] => readdirSync(clone, { recursive: true }).map(String).sort();

/** Every command: its script, the words after it, and its definition below those of its parents. */
const all = Object.entries(COMMANDS).flatMap(([script, command]) =>
  pathsOf(command).map((path) => ({
    script,
    words: path.slice(1).map(({ name }) => name),
    path: path as [Command, ...Command[]],
    called: [script, ...path.slice(1).map(({ name }) => name)].join(' '),
  })),
);
const leaf = (path: readonly Command[]): Command => path[path.length - 1] as Command;

/** Words that complete the command line, so that only the product is missing. */
const complete = (command: Command): string[] => [
  ...(command.arguments ?? []).filter(({ optional }) => !optional).map(({ choices }) => choices?.[0] ?? 'x'),
  ...(command.options ?? [])
    .filter(({ required }) => required)
    .map(({ name, choices, min }) => `--${name}=${choices?.[0] ?? min ?? 'x'}`),
];

it('every script of package.json has a definition, and every definition a script', () => {
  expect(Object.keys(COMMANDS).sort()).toEqual(Object.keys(scripts).sort());
});

describe.concurrent('in a new clone, without packages', () => {
  it.each(all)('$called --help prints the help and does nothing else', async ({ script, words, path }) => {
    const { code, out, err } = await run(script, [...words, '--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.split('\n')[0]).toBe(callOf(path));
    expect(out).toMatch(/\nUsage:\n[^]*\nOptions:\n[^]*-h, --help[^]*\nExamples:\n[^]*\nExit codes:\n {2}0 {2}/);
  });

  it.each(all.filter(({ words }) => words.length === 0))(
    '$called rejects an unknown option',
    async ({ script, path }) => {
      const { code, out, err } = await run(script, [...complete(leaf(path)), '--hepl']);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(/^Unknown option --hepl\. Did you mean --help\?\nHelp: npm .* --help\n$/);
    },
  );

  const needProduct = all.filter(({ script, called }) => NEED_PRODUCT.includes(script) && !READ_FILES.includes(called));
  it.each(needProduct.filter(({ path }) => !leaf(path).commands || leaf(path).runs))(
    '$called reports in one line that the product is not running, and what to do',
    async ({ script, words, path }) => {
      const { code, out, err } = await run(script, [...words, ...complete(leaf(path))]);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toMatch(/^.+: npm start -- --detach\n$|^There is no folder .*\n$/);
    },
  );

  it('npm stop, reset and backup report that there is nothing to do', async () => {
    expect(await run('stop', [])).toEqual({ code: 0, out: 'Nothing was running.\n', err: '' });
    expect(await run('reset', ['--yes'])).toMatchObject({ code: 0, out: expect.stringContaining('nothing to remove') });
    expect(await run('icmpmon', ['backup', 'b'])).toEqual({
      ...{ code: 1, out: '' },
      err: 'There is no installation here. Create one: npm start -- --detach\n',
    });
  });

  it('a missing file or folder is reported before anything is installed', async () => {
    const block = await run('icmpmon', ['print-block', 'no-such-file']);
    expect(block).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^Cannot read the block: .*no-such-file/),
    });
    const backup = await run('icmpmon', ['restore', 'no-such-folder']);
    expect(backup).toEqual({ code: 1, out: '', err: `There is no folder ${join(clone, 'no-such-folder')}.\n` });
  });
});

it.each(all)('$called rejects an unknown option by its definition', ({ words, path }) => {
  expect(() => readCommandLine(path[0], [...words, ...complete(leaf(path)), '--hepl'])).toThrow(
    /^Unknown option --hepl\. Did you mean --help\?\nHelp: npm .* --help$/,
  );
});

it.each(all.filter(({ path }) => !leaf(path).arguments?.some(({ many }) => many)))(
  '$called rejects a surplus argument',
  ({ words, path }) => {
    const most = (leaf(path).arguments ?? []).map(({ choices }) => choices?.[0] ?? 'x');
    expect(() => readCommandLine(path[0], [...words, ...most, 'surplus'])).toThrow(
      /^(Unexpected argument|Unknown command) "surplus"\.[^]*\nHelp: npm .* --help$/,
    );
  },
);

describe('in a new clone', () => {
  it('no command leaves a file behind', () => {
    const sources = new Set(SOURCES.flatMap((source) => source.split('/')[0] ?? source));
    expect(readdirSync(clone).filter((name) => !sources.has(name))).toEqual([]);
    expect(contents().filter((name) => /node_modules|\.icmp-mon|(^|\/)dist(\/|$)/.test(name))).toEqual([]);
  });
});

describe('options that npm takes for itself', () => {
  it.each(['detach', 'detatch'])('are rejected with the right command: --%s', async (kept) => {
    const { code, err } = await run('start', [], { [`npm_config_${kept}`]: 'true' });
    const message = `npm took --${kept} for itself: put options after "--".\nUse: npm start -- --detach\n`;
    expect([code, err]).toEqual([2, message]);
  });
});

/** Updated by: npx vitest run --project unit infra/commands -u */
it('docs/commands.md contains the help of every command', async () => {
  const parts = all.map(
    ({ path }) => `${'#'.repeat(path.length + 1)} ${callOf(path)}\n\n\`\`\`text\n${helpOf(path)}\n\`\`\``,
  );
  const intro =
    '# Commands\n\nEvery script of `package.json`. Each prints this help with `--help`, and rejects unknown options and arguments with exit\n' +
    'code 2. Put options after `--`, because npm takes those before it for itself. Generated from the definitions in\n' +
    '`infra/commands`, `apps/cli/commands` and `apps/client/commands`. The program for other machines: [icmpmon](icmpmon.md).';
  await expect(`${[intro, ...parts].join('\n\n')}\n`).toMatchFileSnapshot(join(rootDir, 'docs/commands.md'));
});
