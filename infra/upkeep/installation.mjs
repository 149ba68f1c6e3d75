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
import { Refusal } from '../say.mjs';
import { releaseLock, takeLock } from '../start-lock.mjs';
import { endRecorded, readState, Supervisor } from '../supervisor.mjs';

const files = filesOf(stateDir);

/**
 * The addresses of the installation here: those given, else those that it last ran with; undefined when it never ran.
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
 * The same with the login of the databases' owner, by which the command line tool works: what it makes is the apps' to use.
 * @param {import('../providers/environment.mjs').Addresses | undefined} addresses
 */
export function ownerAddresses(addresses) {
  const passwords = readJson(join(stateDir, 'secrets.json'))?.databasePasswords;
  if (givenAddresses() || !addresses || !passwords) return addresses;
  return { ...addresses, ...roleAddresses(addresses, passwords).owner };
}

/** Whether Kafka and databases run apart from the installation: as the environment gives them, or as it was last started with. */
export function hasOwnServices() {
  return givenAddresses() !== undefined || readJson(join(stateDir, 'provider.json'))?.provider === 'environment';
}

/** @throws Refusal when nothing was ever started here, and no addresses are given */
export function requireInstallation() {
  if (knownAddresses()) return;
  throw new Refusal('There is no installation here. Make one: npm start -- --detach');
}

export const isRunning = () => readState(files.state)?.running === true;

/**
 * Runs `work(addresses)` while the services run: as they are, or started for it and stopped afterwards.
 * @template T
 * @param {(line: string) => void} report
 * @param {(addresses: import('../providers/environment.mjs').Addresses) => Promise<T>} work
 */
export async function withServices(report, work) {
  const addresses = knownAddresses();
  if (addresses && (givenAddresses() || isRunning())) return work(addresses);
  mkdirSync(stateDir, { recursive: true });
  const other = takeLock(files.lock);
  if (other) throw new Refusal(`Process ${other.pid} is just starting or stopping it. Wait for that.`);
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
  const { services, addresses } = await provide(provider, { dir: stateDir, say: report });
  const supervisor = new Supervisor({ stateFile: files.state, logDir: files.logs, report });
  report('Starting the services for it …');
  try {
    await supervisor.start([services]);
    await ensureDatabases(addresses);
    return await work(addresses);
  } finally {
    await supervisor.stop();
  }
}

/**
 * The command line tool's environment for these addresses.
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
 * Runs the command line tool; resolves with {code, output}, the latter when `stdout` is `pipe`.
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
