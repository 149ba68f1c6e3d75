// npm run bench -- <name>|all [--quick] [--pairs N] [--json] [--profile]: what the product does against the best that could be done.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildServers, buildTool } from './build.mjs';
import { giveToOwner } from './owner.mjs';
import { rootDir, testDir } from './paths.mjs';
import { stopContainers } from './providers/docker.mjs';
import { chooseProvider, serverServices } from './providers/index.mjs';
import { writePrivateJson } from './private-file.mjs';
import { fail, Refusal, say } from './say.mjs';
import { checkSystem, setUp } from './setup.mjs';
import { Supervisor } from './supervisor.mjs';
import { runInGroup } from './test-runner.mjs';
import { endAbandonedRuns } from './test-runs.mjs';

const usage = 'Use: npm run bench -- <name>|all [--quick] [--pairs N] [--json] [--profile]';

try {
  checkSystem();
  readOptions();
  process.exitCode = await bench();
} catch (error) {
  fail(error);
}

/** Only checks: the options go to the benches as they are. */
function readOptions() {
  try {
    const flags = ['quick', 'json', 'profile'].map((name) => [name, { type: 'boolean' }]);
    const options = { ...Object.fromEntries(flags), pairs: { type: 'string' } };
    const { positionals } = parseArgs({ options, allowPositionals: true });
    if (positionals.length === 0) throw new Error('Say which bench.');
  } catch (error) {
    throw new Refusal(`${error.message}\n${usage}`);
  }
}

async function bench() {
  const provider = await chooseProvider({});
  await setUp(import.meta.url, { provider, commands: ['fping'] });
  await endAbandonedRuns();
  await buildServers(say);
  const main = await buildTool('bench', say);
  const run = `bench-${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}-${process.pid}`;
  const dir = join(testDir, run);
  mkdirSync(dir, { recursive: true });
  for (const path of [testDir, dir]) giveToOwner(path);
  const stateFile = join(dir, 'supervisor.json');
  const processes = join(dir, 'services.json');
  const supervisor = new Supervisor({
    stateFile,
    logDir: join(dir, 'logs'),
    changed: () => writePrivateJson(processes, supervisor.pids()),
  });
  let running;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => running?.interrupt());
  try {
    const { services, addresses } = await serverServices(provider, { dir, say });
    await supervisor.start([services]);
    running = runInGroup(process.execPath, ['--expose-gc', '--enable-source-maps', main, ...process.argv.slice(2)], {
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

function benchEnvironment(dir, processes, addresses) {
  const plain = Object.entries(process.env).filter(([name]) => !name.startsWith('ICMPMON_'));
  return {
    ...Object.fromEntries(plain),
    ICMPMON_BENCH_DIR: dir,
    ICMPMON_BENCH_SERVICES: processes,
    ICMPMON_TEST_KAFKA_BROKERS: addresses.kafkaBrokers,
    ICMPMON_TEST_DATABASE_URL: addresses.databaseUrl,
    ICMPMON_TEST_REDIS_URL: addresses.redisUrl,
    ICMPMON_LOG_LEVEL: process.env.ICMPMON_LOG_LEVEL ?? 'error',
  };
}
