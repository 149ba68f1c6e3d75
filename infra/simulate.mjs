// npm run simulate -- [--seeds N] [--from S] | --seed S | --plan JSON | --mutations [--seeds N]: the shard host in its simulator. Needs no services.
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MUTATIONS } from '../libs/shard/simulator/mutations.mjs';
import { messageOf } from './error-text.mjs';
import { nodeBinary, rootDir, testDir } from './paths.mjs';
import { run } from './run.mjs';
import { fail, Refusal, say } from './say.mjs';
import { checkSystem, setUp } from './setup.mjs';

const usage = `npm run simulate -- [--seeds N] [--from S]      runs N seeds (10000 unless set) from S on (1 unless set)
npm run simulate -- --seed S                    runs one seed again
npm run simulate -- --plan '{…}'                runs one plan again, such as the shortest plan of a seed that failed
npm run simulate -- --mutations [--seeds N]     takes one fix after the other out of a copy of the source, and counts the seeds
                                                (at most N, 10000 unless set) until the simulator finds that it is missing

Runs the product's own shard host over a simulated clock, log and database. A seed decides the load and the faults, so it always
does the same. A seed that fails is printed with what did not hold, the command that runs it again, and its shortest plan that
still fails; the exit code is then 1. ICMPMON_LOG_LEVEL=debug also prints what the hosts log. What must hold: docs/faults.md.`;
const tool = 'libs/shard/simulator';
/** What a build of the simulator reads. */
const sources = ['libs', 'docs', 'migrations', 'package.json', 'tsconfig.base.json', 'tsconfig.json'];
const MUTATION_SEEDS_MAX = 10_000;
/** Options that may be given with each other. */
const TOGETHER = [['seeds', 'from'], ['seed'], ['plan'], ['mutations', 'seeds']];

try {
  checkSystem();
  const values = readOptions();
  if (values.help) {
    say(usage);
    process.exit();
  }
  await setUp(import.meta.url, { provider: 'none', commands: [] });
  process.exitCode = values.mutations ? await mutate(Number(values.seeds ?? MUTATION_SEEDS_MAX)) : await simulate();
} catch (error) {
  fail(error);
}

function readOptions() {
  try {
    const number = /** @type {const} */ ({ type: 'string' });
    const { values } = parseArgs({
      options: {
        ...{ seeds: number, from: number, seed: number, plan: { type: 'string' } },
        ...{ mutations: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
      },
    });
    for (const name of /** @type {const} */ (['seeds', 'from', 'seed'])) {
      const value = values[name];
      if (value !== undefined && !/^\d{1,9}$/.test(value)) throw new Error(`--${name} is a whole number.`);
    }
    if (values.seeds !== undefined && Number(values.seeds) === 0) throw new Error('--seeds is at least 1.');
    if (values.plan !== undefined) JSON.parse(values.plan);
    const given = Object.keys(values).filter((name) => name !== 'help');
    const together = TOGETHER.some((names) => given.every((name) => names.includes(name)));
    if (!together) throw new Error(`--${given.join(' and --')} do not go together.`);
    return values;
  } catch (error) {
    throw new Refusal(`${messageOf(error)}\n${usage}`);
  }
}

async function simulate() {
  await buildIn(rootDir);
  return simulatorIn(rootDir, process.argv.slice(2), 'inherit').status ?? 1;
}

/**
 * Takes one fix after the other out of a copy of the sources. Fails when the simulator does not find one of them.
 * @param {number} seeds
 */
async function mutate(seeds) {
  const dir = join(testDir, `mutations-${process.pid}`);
  let missed = 0;
  say(`${MUTATIONS.length} mutations, up to ${seeds} seeds each: name | what the mutated source does wrong | result`);
  try {
    for (const { name, was, file, find, replace } of MUTATIONS) {
      copySources(dir);
      const source = readFileSync(join(dir, file), 'utf8');
      if (source.split(find).length !== 2)
        throw new Refusal(`${file} does not have once what mutation ${name} takes out.`);
      writeFileSync(
        join(dir, file),
        source.replace(find, () => replace),
      );
      await buildIn(dir);
      const { stdout } = simulatorIn(dir, ['--seeds', String(seeds), '--first'], 'pipe');
      const { seed, tried, violation } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
      if (seed === null) missed++;
      const found = seed === null ? `not found in ${tried} seeds` : `found by seed ${seed} (of ${tried}): ${violation}`;
      say(`${name} | ${was} | ${found}`);
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  say(`${MUTATIONS.length - missed} of ${MUTATIONS.length} mutations found`);
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
