// npm test: runs all tests, on their own services.
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from './build.mjs';
import { test as definition } from './commands/developing.mjs';
import { runCommand } from './commands/run-command.mjs';
import { kafkaLoginEnvironment } from './kafka-login.mjs';
import { giveToOwner } from './owner.mjs';
import { rootDir, testDir } from './paths.mjs';
import { chooseProvider, serverServices } from './providers/index.mjs';
import { stopContainers } from './providers/docker.mjs';
import { isDebianLike } from './provision/system-packages.mjs';
import { Refusal, print } from './output.mjs';
import { setUp } from './setup.mjs';
import { Supervisor } from './supervisor.mjs';
import { runInGroup } from './test-runner.mjs';
import { endAbandonedRuns } from './test-runs.mjs';
import { countsOf, isSound, lineOf, sum } from './test-results.mjs';

const levels = ['unit', 'int', 'e2e'];
const given = {
  ICMPMON_TEST_KAFKA_BROKERS: process.env.ICMPMON_TEST_KAFKA_BROKERS,
  ICMPMON_TEST_DATABASE_URL: process.env.ICMPMON_TEST_DATABASE_URL,
  ICMPMON_TEST_REDIS_URL: process.env.ICMPMON_TEST_REDIS_URL,
};

/** @type {ReturnType<typeof runInGroup> | undefined} */
let running;
let interrupted = false;

await runCommand(definition, (asked) => {
  const only = asked.text('only');
  return test({ chosen: only ? [only] : levels, filters: [...asked.args] });
});

/** @param {{ chosen: string[], filters: string[] }} of */
async function test({ chosen, filters }) {
  const provider = testProvider(chosen) ?? (await chooseProvider({ ICMPMON_PROVIDER: process.env.ICMPMON_PROVIDER }));
  // Without Python, the tests that need it are skipped with the reason.
  const python = isDebianLike() ? ['python3', 'pip3'] : [];
  await setUp(import.meta.url, { provider, commands: ['fping', 'nft', 'ip', 'chromium', ...python] });
  await endAbandonedRuns();
  // Integration tests kill the projector as it is shipped, so they need the build.
  if (chosen.some((level) => level !== 'unit')) await build(print);
  const run = `${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}-${process.pid}`;
  const dir = join(testDir, run);
  mkdirSync(dir, { recursive: true });
  for (const path of [testDir, dir]) giveToOwner(path);
  const supervisor = new Supervisor({ stateFile: join(dir, 'supervisor.json'), logDir: join(dir, 'logs') });
  const interrupt = () => {
    interrupted = true;
    running?.interrupt();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, interrupt);
  try {
    const addresses = await startServices({ provider, dir, supervisor });
    return await runLevels({ chosen, filters, dir, addresses });
  } finally {
    // Ends products whose supervisor was killed together with the tests that started it.
    await endAbandonedRuns().catch((error) =>
      print(`Cannot end the processes that the tests left behind: ${error.message}`),
    );
    await supervisor.stop();
    if (provider === 'docker') await stopContainers(dir, { removeData: true });
    rmSync(dir, { recursive: true, force: true });
  }
}

/**
 * Returns the provider of the services: unit tests need none; addresses of running services may be set.
 * @param {string[]} chosen
 */
function testProvider(chosen) {
  if (chosen.every((level) => level === 'unit')) return 'none';
  const set = Object.values(given).filter(Boolean).length;
  if (set === 0) return undefined;
  if (set === Object.keys(given).length) return 'environment';
  throw new Refusal(`Set all of ${Object.keys(given).join(', ')}, or none.`);
}

/** @param {{ provider: string, dir: string, supervisor: Supervisor }} of */
async function startServices({ provider, dir, supervisor }) {
  if (provider === 'none') return {};
  if (provider === 'environment') return given;
  const startedMs = performance.now();
  const { services, addresses } = await serverServices(provider, { dir, print, durable: false });
  await supervisor.start([services]);
  print(`Kafka, TimescaleDB and Valkey for the tests: ready in ${seconds(startedMs)}`);
  return {
    ICMPMON_TEST_KAFKA_BROKERS: addresses.kafkaBrokers,
    ...kafkaLoginEnvironment(addresses.kafkaSasl),
    ICMPMON_TEST_DATABASE_URL: addresses.databaseUrl,
    ICMPMON_TEST_REDIS_URL: addresses.redisUrl,
  };
}

/** @param {{ chosen: string[], filters: string[], dir: string, addresses: NodeJS.ProcessEnv }} of */
async function runLevels({ chosen, filters, dir, addresses }) {
  const counts = [];
  const lines = [];
  let sound = true;
  for (const level of chosen) {
    if (interrupted) break;
    const startedMs = performance.now();
    const reportFile = join(dir, `${level}.json`);
    const code = await vitest({ level, filters, reportFile, env: { ...addresses, ICMPMON_TEST_DIR: dir } });
    const count = countsOf(reportFile);
    const ranNone = count.passed + count.failed === 0;
    sound &&= isSound({ count, code, filtered: filters.length > 0 });
    counts.push(count);
    lines.push(`${level}: ${ranNone ? 'no test ran' : lineOf(count)} (${seconds(startedMs)})`);
  }
  const total = sum(counts);
  print(`\n${lines.join('\n')}`);
  if (interrupted) print('Interrupted.');
  print(lineOf(total));
  return sound && !interrupted && total.failed === 0 && total.passed > 0 ? 0 : 1;
}

/** @param {{ level: string, filters: string[], reportFile: string, env: NodeJS.ProcessEnv }} of */
async function vitest({ level, filters, reportFile, env }) {
  const script = join(rootDir, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${reportFile}`];
  const args = [script, 'run', '--project', level, '--passWithNoTests', ...reporters, ...filters];
  running = runInGroup(process.execPath, args, {
    cwd: rootDir,
    // Each test file loads the same packages in a process of its own: compiled once, they load faster.
    env: { NODE_COMPILE_CACHE: join(dirname(reportFile), 'compile-cache'), ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  try {
    return await running.code;
  } finally {
    running = undefined;
  }
}

/** @param {number} startedMs */
function seconds(startedMs) {
  return `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
}
