// npm run icmpmon -- <command>: looks after the installation of this folder, or of the ICMPMON_* addresses given.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buildApp } from './build.mjs';
import { distDir, nodeBinary, rootDir, stateDir } from './paths.mjs';
import { readJson } from './private-file.mjs';
import { givenAddresses } from './providers/environment.mjs';
import { fail, Refusal } from './say.mjs';

try {
  process.exit(await runCli(process.argv.slice(2)));
} catch (error) {
  fail(error);
}

/** Runs the command line tool on this terminal and resolves with its exit code. */
async function runCli(args) {
  await buildApp('cli', (line) => process.stderr.write(`${line}\n`));
  const env = { ...process.env, ...installation() };
  const child = spawn(nodeBinary, ['--enable-source-maps', join(distDir, 'apps/cli/main.js'), ...args], {
    stdio: 'inherit',
    cwd: rootDir,
    env,
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}

/** The addresses as variables: those given, else those of the installation in the state folder. */
function installation() {
  if (givenAddresses()) return {};
  const access = readJson(join(stateDir, 'access.json'));
  if (!access) {
    throw new Refusal(
      'There is no installation here: start it with `npm start -- --detach`, or set the ICMPMON_* addresses.',
    );
  }
  return {
    ICMPMON_CONTROL_DATABASE_URL: access.controlDatabaseUrl,
    ICMPMON_TELEMETRY_DATABASE_URL: access.telemetryDatabaseUrl,
    ICMPMON_KAFKA_BROKERS: access.kafkaBrokers,
    ICMPMON_REDIS_URL: access.redisUrl,
  };
}
