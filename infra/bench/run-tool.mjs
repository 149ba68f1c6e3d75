// Runs the bench tool on its own services, as durable as the shipped ones, and removes them afterwards.
import { setTimeout as pause } from 'node:timers/promises';
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { appNames } from '../apps.mjs';
import { buildServers, buildTool } from '../build.mjs';
import { kafkaLoginEnvironment } from '../kafka-login.mjs';
import { giveToOwner } from '../owner.mjs';
import { distDir, rootDir, testDir } from '../paths.mjs';
import { writePrivateJson } from '../private-file.mjs';
import { stopContainers } from '../providers/docker.mjs';
import { chooseProvider, serverServices } from '../providers/index.mjs';
import { print } from '../output.mjs';
import { setUp } from '../setup.mjs';
import { Supervisor } from '../supervisor.mjs';
import { runInGroup } from '../test-runner.mjs';
import { endAbandonedRuns } from '../test-runs.mjs';

/**
 * Returns the exit code of `dist/bench/main.js <args>`; `entry` is the calling script's import.meta.url, as for `setUp`.
 * @param {string} entry
 * @param {string[]} args
 * @param {string[]} [commands] needed programs
 */
export async function runBenchTool(entry, args, commands = ['fping']) {
  const provider = await chooseProvider({ ICMPMON_PROVIDER: process.env.ICMPMON_PROVIDER });
  await setUp(entry, { provider, commands });
  await endAbandonedRuns();
  const run = `bench-${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}-${process.pid}`;
  const dir = join(testDir, run);
  mkdirSync(dir, { recursive: true });
  for (const path of [testDir, dir]) giveToOwner(path);
  const main = await builtInto(join(dir, 'dist'));
  const stateFile = join(dir, 'supervisor.json');
  const processes = join(dir, 'services.json');
  const supervisor = new Supervisor({
    stateFile,
    logDir: join(dir, 'logs'),
    changed: () => writePrivateJson(processes, supervisor.pids()),
  });
  /** @type {ReturnType<typeof runInGroup> | undefined} */
  let running;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => running?.interrupt());
  try {
    const { services, addresses } = await serverServices(provider, { dir, print });
    await supervisor.start([services]);
    running = runInGroup(process.execPath, ['--expose-gc', '--enable-source-maps', main, ...args], {
      cwd: rootDir,
      env: benchEnvironment(dir, processes, addresses),
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    return await running.code;
  } finally {
    await supervisor.stop();
    if (provider === 'docker') await stopContainers(dir, { removeData: true });
    rmSync(dir, { recursive: true, force: true });
  }
}

/**
 * Builds what changed and copies it, so that a run measures the code at its start even when something else is built meanwhile.
 * @param {string} dir
 */
async function builtInto(dir) {
  await buildServers(print);
  const main = await buildTool('bench', print);
  // Tools import modules of infra/ by their path relative to dist/.
  symlinkSync(join(rootDir, 'infra'), join(dirname(dir), 'infra'));
  for (let attempt = 1; ; attempt++) {
    try {
      cpSync(join(distDir, 'apps'), join(dir, 'apps'), { recursive: true });
      cpSync(dirname(main), join(dir, 'bench'), { recursive: true });
      const built = [...appNames.map((name) => join(dir, 'apps', name, 'main.js')), join(dir, 'bench/main.js')];
      const missing = built.find((file) => !existsSync(file));
      if (!missing) return join(dir, 'bench/main.js');
      throw new Error(`${missing} is missing`);
    } catch (error) {
      // Another command is building into the same folder at this moment.
      if (attempt >= 20) throw error;
      await pause(500);
    }
  }
}

/**
 * @param {string} dir
 * @param {string} processes
 * @param {import('../providers/index.mjs').ServerAddresses} addresses
 */
function benchEnvironment(dir, processes, addresses) {
  const plain = Object.entries(process.env).filter(([name]) => !name.startsWith('ICMPMON_'));
  return {
    ...Object.fromEntries(plain),
    ICMPMON_BENCH_DIR: dir,
    ICMPMON_DIST_DIR: join(dir, 'dist'),
    ICMPMON_BENCH_SERVICES: processes,
    ICMPMON_TEST_KAFKA_BROKERS: addresses.kafkaBrokers,
    ...kafkaLoginEnvironment(addresses.kafkaSasl),
    ICMPMON_TEST_DATABASE_URL: addresses.databaseUrl,
    ICMPMON_TEST_REDIS_URL: addresses.redisUrl,
    ICMPMON_LOG_LEVEL: process.env.ICMPMON_LOG_LEVEL ?? 'error',
  };
}
