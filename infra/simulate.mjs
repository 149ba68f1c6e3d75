// npm run simulate: runs the shard host in its simulator. Needs no services.
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { UsageError } from '../libs/platform/command-line/definition.mjs';
import { MUTATIONS } from '../libs/shard/simulator/mutations.mjs';
import { simulate as definition } from './commands/measuring.mjs';
import { runCommand } from './commands/run-command.mjs';
import { messageOf } from './error-text.mjs';
import { nodeBinary, rootDir, testDir } from './paths.mjs';
import { run } from './run.mjs';
import { Refusal, print } from './output.mjs';
import { setUp } from './setup.mjs';

const tool = 'libs/shard/simulator';
/** Sources that a build of the simulator reads. */
const sources = ['libs', 'docs', 'migrations', 'package.json', 'tsconfig.base.json', 'tsconfig.json'];
const MUTATION_SEEDS_MAX = 10_000;

await runCommand(definition, async (asked) => {
  refuseBadPlan(asked.text('plan'));
  await setUp(import.meta.url, { provider: 'none', commands: [] });
  return asked.flag('mutations') ? mutate(asked.number('seeds') ?? MUTATION_SEEDS_MAX) : simulate();
});

/** @param {string | undefined} plan */
function refuseBadPlan(plan) {
  try {
    if (plan !== undefined) JSON.parse(plan);
  } catch (error) {
    throw new UsageError(`--plan is not valid JSON: ${messageOf(error)}`);
  }
}

async function simulate() {
  await buildIn(rootDir);
  return simulatorIn(rootDir, process.argv.slice(2), 'inherit').status ?? 1;
}

/**
 * Removes one fix at a time from a copy of the sources. Returns 1 when the simulator does not detect one of them.
 * @param {number} seeds
 */
async function mutate(seeds) {
  const dir = join(testDir, `mutations-${process.pid}`);
  let missed = 0;
  print(`${MUTATIONS.length} mutations, up to ${seeds} seeds each: name | fault of the mutated source | result`);
  try {
    for (const { name, was, file, find, replace } of MUTATIONS) {
      copySources(dir);
      const source = readFileSync(join(dir, file), 'utf8');
      if (source.split(find).length !== 2)
        throw new Refusal(`${file} must contain the text that mutation ${name} removes exactly once.`);
      writeFileSync(
        join(dir, file),
        source.replace(find, () => replace),
      );
      await buildIn(dir);
      const { stdout } = simulatorIn(dir, ['--seeds', String(seeds), '--first'], 'pipe');
      const { seed, tried, violation } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
      if (seed === null) missed++;
      const found =
        seed === null ? `not detected in ${tried} seeds` : `detected by seed ${seed} (of ${tried}): ${violation}`;
      print(`${name} | ${was} | ${found}`);
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  print(`${MUTATIONS.length - missed} of ${MUTATIONS.length} mutations detected`);
  return missed > 0 ? 1 : 0;
}

/** @param {string} dir */
function copySources(dir) {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  for (const source of sources) cpSync(join(rootDir, source), join(dir, source), { recursive: true });
  symlinkSync(join(rootDir, 'node_modules'), join(dir, 'node_modules'));
}

/** @param {string} dir */
function buildIn(dir) {
  return run(nodeBinary, ['libs/platform/workspace/build-app.mjs', tool], { cwd: dir });
}

/**
 * @param {string} dir
 * @param {string[]} args
 * @param {'inherit' | 'pipe'} stdout
 */
function simulatorIn(dir, args, stdout) {
  const env = { ...process.env, ICMPMON_LOG_LEVEL: process.env.ICMPMON_LOG_LEVEL ?? 'silent' };
  return spawnSync(nodeBinary, ['--enable-source-maps', join(dir, 'dist', tool, 'main.js'), ...args], {
    ...{ cwd: dir, env, encoding: 'utf8' },
    stdio: ['ignore', stdout, 'inherit'],
  });
}
