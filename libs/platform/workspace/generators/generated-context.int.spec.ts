import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

const ROOT = path.join(import.meta.dirname, '../../../..');
/** Folders that are generated and may be large. */
const NOT_COPIED = ['node_modules', 'dist', '.git', '.nx', '.icmp-mon', '.angular', 'artefacts'];
const GENERATED = [
  ['context', 'sample'],
  ['context', 'demo'],
  ['verb', 'demo', 'close'],
  ['read-model', 'demo', 'demo-targets'],
  ['job', 'demo', 'count-demos'],
  ['page', 'demo', 'overview'],
  ['executor', 'tls-banner'],
];

/** Compilers and linters of a whole workspace on a busy machine. */
const WITHIN_MS = 600_000;

vi.setConfig({ testTimeout: WITHIN_MS });

let copy: string;

beforeAll(() => {
  copy = mkdtempSync(path.join(tmpdir(), 'icmp-mon-generated-'));
  cpSync(ROOT, copy, { recursive: true, filter: (from) => !NOT_COPIED.includes(path.relative(ROOT, from)) });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
  for (const args of GENERATED) run(process.execPath, ['libs/platform/workspace/generate.mjs', ...args]);
}, WITHIN_MS);

afterAll(() => rmSync(copy, { recursive: true, force: true }));

const bin = (name: string): string => path.join(ROOT, 'node_modules/.bin', name);

/** @throws Error with what the command printed */
function run(command: string, args: string[]): void {
  const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: copy, encoding: 'utf8', env });
  if (status !== 0) throw new Error(`${path.basename(command)} ${args.join(' ')}\n${stdout}\n${stderr}`);
}

/** Files of the copy that the generators wrote or changed. */
const changed = (): string[] => {
  const differ = spawnSync('diff', ['-rq', ...NOT_COPIED.flatMap((name) => ['-x', name]), ROOT, copy], {
    encoding: 'utf8',
  });
  return differ.stdout
    .split('\n')
    .map((line) => /^Only in (\S+): (\S+)$/.exec(line) ?? /^Files \S+ and (\S+)()? differ$/.exec(line))
    .flatMap((match) => (match === null ? [] : [path.join(match[1] ?? '', match[2] ?? '')]))
    .filter((file) => file.startsWith(copy));
};

it('has the types of the servers and of the portal', () => {
  run(bin('tsc'), ['--noEmit', '-p', 'tsconfig.json']);
  run(bin('ngc'), ['--noEmit', '--rootDir', '.', '-p', 'apps/portal/tsconfig.json']);
});

it('keeps format, lint and boundaries', () => {
  expect(existsSync(path.join(copy, 'libs/demo/server/close-demo.ts'))).toBe(true);
  const files = changed();
  expect(files).toContain(path.join(copy, 'libs/demo'));
  run(bin('prettier'), ['--check', '--log-level=warn', ...files]);
  // Boundaries are held by the graph of projects.
  run(process.execPath, [path.join(ROOT, 'node_modules/nx/dist/bin/nx.js'), 'show', 'projects']);
  run(bin('eslint'), ['--no-warn-ignored', ...files]);
});

it('passes its own tests, those of the migrations and those of the patterns', () => {
  run(bin('vitest'), [
    'run',
    '--project',
    'unit',
    'libs/demo',
    'tcp-connect',
    'migrations',
    'libs/platform/workspace/patterns',
  ]);
  run(bin('vitest'), ['run', '--project', 'int', 'libs/demo']);
});

it('builds into the apps that it runs in', () => {
  for (const app of ['agent', 'api', 'worker', 'projector', 'cli']) {
    execFileSync(process.execPath, ['libs/platform/workspace/build-app.mjs', app], { cwd: copy });
    expect(existsSync(path.join(copy, `dist/apps/${app}/main.js`))).toBe(true);
  }
});
