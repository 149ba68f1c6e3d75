// node infra/grafana/connect.mjs: creates the reader role for Grafana, and writes the variables of its provisioning.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readAccess } from '../demo/product.mjs';
import { giveToOwner } from '../owner.mjs';
import { stateDir } from '../paths.mjs';
import { writePrivateText } from '../private-file.mjs';
import { fail, print } from '../output.mjs';
import { DEFAULT_READER, prepareReader } from './reader.mjs';

const envFile = join(stateDir, 'grafana/grafana.env');
const former = readEnv(envFile);

try {
  const access = readAccess(join(stateDir, 'access.json'));
  const role = chosen('ICMPMON_READER_USER', DEFAULT_READER);
  const password = chosen('ICMPMON_READER_PASSWORD', randomBytes(24).toString('base64url'));
  await prepareReader({ ...access, role, password });
  mkdirSync(dirname(envFile), { recursive: true, mode: 0o700 });
  giveToOwner(dirname(envFile));
  const variables = { ICMPMON_READER_USER: role, ICMPMON_READER_PASSWORD: password, ...addressesOf(access) };
  writePrivateText(envFile, envText(variables));
  print(
    `${role} can read both databases. Grafana's variables are in ${envFile}; how to start Grafana: docs/how-to/grafana.md`,
  );
} catch (error) {
  fail(error);
}

/**
 * Returns the variable as set now, otherwise as set in the previous run, otherwise the fallback.
 * @param {string} name
 * @param {string} fallback
 */
function chosen(name, fallback) {
  return process.env[name] ?? former[name] ?? fallback;
}

/** @param {{ controlDatabaseUrl: string, telemetryDatabaseUrl: string }} of */
function addressesOf({ controlDatabaseUrl, telemetryDatabaseUrl }) {
  const control = new URL(controlDatabaseUrl);
  const telemetry = new URL(telemetryDatabaseUrl);
  return {
    ICMPMON_CONTROL_HOST: control.host,
    ICMPMON_CONTROL_DATABASE: control.pathname.slice(1),
    ICMPMON_TELEMETRY_HOST: telemetry.host,
    ICMPMON_TELEMETRY_DATABASE: telemetry.pathname.slice(1),
    ICMPMON_DATABASE_SSLMODE: telemetry.searchParams.get('sslmode') ?? 'disable',
    ICMPMON_PROMETHEUS_URL: chosen('ICMPMON_PROMETHEUS_URL', 'http://127.0.0.1:9090'),
    ICMPMON_DASHBOARDS_DIR: chosen('ICMPMON_DASHBOARDS_DIR', '/etc/grafana/icmp-mon'),
  };
}

/** @param {string} file */
function readEnv(file) {
  if (!existsSync(file)) return {};
  const lines = readFileSync(file, 'utf8').split('\n');
  return Object.fromEntries(lines.filter((line) => line.includes('=')).map((line) => line.split(/=(.*)/s, 2)));
}

/** @param {Record<string, string>} variables */
function envText(variables) {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
