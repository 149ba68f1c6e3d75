import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildApp } from '../build.mjs';
import { roleAddresses } from '../database-roles.mjs';
import { ensureDatabases } from '../databases.mjs';
import { kafkaLoginEnvironment } from '../kafka-login.mjs';
import { distDir, nodeBinary, rootDir, stateDir } from '../paths.mjs';
import { readJson } from '../private-file.mjs';
import { filesOf } from '../product.mjs';
import { chooseProvider, provide } from '../providers/index.mjs';
import { givenAddresses } from '../providers/environment.mjs';
import { Refusal } from '../output.mjs';
import { releaseLock, takeLock } from '../start-lock.mjs';
import { endRecorded, readState, Supervisor } from '../supervisor.mjs';

const files = filesOf(stateDir);

/**
 * Returns the addresses of this installation: the configured ones, otherwise those of its last start; undefined when it was never started.
 * @returns {import('../providers/environment.mjs').Addresses | undefined}
 */
export function knownAddresses() {
  const given = givenAddresses();
  if (given) return given;
  const access = readJson(files.access);
  if (!access) return undefined;
  const { controlDatabaseUrl, telemetryDatabaseUrl, kafkaBrokers, kafkaSasl, redisUrl } = access;
  return { controlDatabaseUrl, telemetryDatabaseUrl, kafkaBrokers, kafkaSasl, redisUrl };
}

/**
 * Replaces the login by that of the databases' owner, which the command line app uses, so that the apps may use what it creates.
 * @param {import('../providers/environment.mjs').Addresses | undefined} addresses
 */
export function ownerAddresses(addresses) {
  const passwords = readJson(join(stateDir, 'secrets.json'))?.databasePasswords;
  if (givenAddresses() || !addresses || !passwords) return addresses;
  return { ...addresses, ...roleAddresses(addresses, passwords).owner };
}

/** Returns whether Kafka and databases are the operator's own: set in the environment, or used at the last start. */
export function hasOwnServices() {
  return givenAddresses() !== undefined || readJson(join(stateDir, 'provider.json'))?.provider === 'environment';
}

/** @throws Refusal when nothing was ever started here and no addresses are set */
export function requireInstallation() {
  if (knownAddresses()) return;
  throw new Refusal('There is no installation here. Create one: npm start -- --detach');
}

export const isRunning = () => readState(files.state)?.running === true;

/**
 * Runs `work(addresses)` with running services: starts them if necessary and stops them afterwards.
 * @template T
 * @param {(line: string) => void} report
 * @param {(addresses: import('../providers/environment.mjs').Addresses) => Promise<T>} work
 */
export async function withServices(report, work) {
  const addresses = knownAddresses();
  if (addresses && (givenAddresses() || isRunning())) return work(addresses);
  mkdirSync(stateDir, { recursive: true });
  const other = takeLock(files.lock);
  if (other)
    throw new Refusal(
      `Process ${other.pid} is starting or stopping ICMP-Mon. Wait until it has finished, then try again.`,
    );
  try {
    return await startedFor(report, work);
  } finally {
    releaseLock(files.lock);
  }
}

/**
 * @template T
 * @param {(line: string) => void} report
 * @param {(addresses: import('../providers/environment.mjs').Addresses) => Promise<T>} work
 */
async function startedFor(report, work) {
  const provider = readJson(join(stateDir, 'provider.json'))?.provider ?? (await chooseProvider());
  await endRecorded(files.state);
  const { services, addresses } = await provide(provider, { dir: stateDir, print: report });
  const supervisor = new Supervisor({ stateFile: files.state, logDir: files.logs, report });
  report('Starting the services for this command …');
  try {
    await supervisor.start([services]);
    await ensureDatabases(addresses);
    return await work(addresses);
  } finally {
    await supervisor.stop();
  }
}

/**
 * Returns the command line app's environment for these addresses.
 * @param {import('../providers/environment.mjs').Addresses | undefined} addresses
 */
export function environmentOf(addresses) {
  if (!addresses) return process.env;
  return {
    ...process.env,
    ICMPMON_CONTROL_DATABASE_URL: addresses.controlDatabaseUrl,
    ICMPMON_TELEMETRY_DATABASE_URL: addresses.telemetryDatabaseUrl,
    ICMPMON_KAFKA_BROKERS: addresses.kafkaBrokers,
    ...kafkaLoginEnvironment(addresses.kafkaSasl),
    ICMPMON_REDIS_URL: addresses.redisUrl,
  };
}

/**
 * Runs the command line app; returns {code, output}, with the output only when `stdout` is `pipe`.
 * @param {readonly string[]} args
 * @param {import('../providers/environment.mjs').Addresses | undefined} addresses
 * @param {'inherit' | 'pipe' | number} stdout
 * @returns {Promise<{ code: number, output: string }>}
 */
export async function runCli(args, addresses, stdout = 'inherit') {
  await buildApp('cli', (line) => process.stderr.write(`${line}\n`));
  const child = spawn(nodeBinary, ['--enable-source-maps', join(distDir, 'apps/cli/main.js'), ...args], {
    stdio: ['inherit', stdout, 'inherit'],
    cwd: rootDir,
    env: environmentOf(addresses),
  });
  let output = '';
  child.stdout?.on('data', (chunk) => (output += chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
