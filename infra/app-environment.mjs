import { join } from 'node:path';
import { kitDir } from './agent-kit.mjs';
import { kafkaLoginEnvironment } from './kafka-login.mjs';
import { distDir } from './paths.mjs';
import { readJson } from './private-file.mjs';

const stores = ['ICMPMON_CONTROL_DATABASE_URL', 'ICMPMON_TELEMETRY_DATABASE_URL', 'ICMPMON_REDIS_URL'];
const kafka = [
  'ICMPMON_KAFKA_BROKERS',
  'ICMPMON_KAFKA_SASL_MECHANISM',
  'ICMPMON_KAFKA_SASL_USERNAME',
  'ICMPMON_KAFKA_SASL_PASSWORD',
  'ICMPMON_KAFKA_SASL_PASSWORD_FILE',
];
const everywhere = ['ICMPMON_LOG_LEVEL', 'ICMPMON_OPS_PORT'];
const shards = ['ICMPMON_TOPIC_PREFIX', 'ICMPMON_SHARD_COUNT'];

/**
 * The settings that each app reads; no other setting of ours is in its environment. A test compares this list with the apps' own
 * configuration. A name that ends with * means all names with that prefix.
 */
/** @type {Record<string, string[]>} */
export const settingsOf = {
  gateway: [
    ...everywhere,
    ...shards,
    ...kafka,
    'ICMPMON_CONTROL_DATABASE_URL',
    'ICMPMON_GATEWAY_*',
    'ICMPMON_TRACE_*',
    'ICMPMON_AGENT_PORT',
    'ICMPMON_ENROL_PORT',
    'ICMPMON_PUBLIC_GATEWAY_URL',
    'ICMPMON_PUBLIC_ENROL_URL',
    'ICMPMON_CA_DIR',
  ],
  api: [
    ...everywhere,
    ...shards,
    ...kafka,
    ...stores,
    'ICMPMON_API_*',
    'ICMPMON_TRUSTED_PROXIES',
    'ICMPMON_CA_DIR',
    'ICMPMON_PORTAL_DIR',
    'ICMPMON_CLIENT_FILE',
    'ICMPMON_SECOND_FACTOR_REQUIRED',
    'ICMPMON_PUBLIC_ENROL_URL',
    'ICMPMON_PUBLIC_URL',
    'ICMPMON_OIDC_*',
    'ICMPMON_SECRET_FILE',
    'ICMPMON_CREDENTIALS_*',
    'ICMPMON_HEALTH_THRESHOLDS',
    'ICMPMON_DISKS',
  ],
  projector: [...everywhere, ...shards, ...kafka, ...stores],
  worker: [
    ...everywhere,
    ...shards,
    ...kafka,
    ...stores,
    'ICMPMON_RETENTION_*',
    'ICMPMON_HEARTBEAT_*',
    'ICMPMON_HEALTH_THRESHOLDS',
    'ICMPMON_HOLD_DOWN_MAX_S',
    'ICMPMON_AGENT_VERSION_MIN',
    'ICMPMON_CREDENTIALS_*',
    'ICMPMON_SOURCES_*',
    'ICMPMON_DISKS',
  ],
  // The agent gets no database and no broker, only what an agent on another machine would get.
  agent: [
    ...everywhere,
    'ICMPMON_AGENT_ENROL_*',
    'ICMPMON_AGENT_CA_*',
    'ICMPMON_AGENT_NAME',
    'ICMPMON_AGENT_REGION',
    'ICMPMON_AGENT_PROVIDER',
    'ICMPMON_AGENT_TAGS',
    'ICMPMON_AGENT_STATE_DIR',
    'ICMPMON_AGENT_POLICY_FILE',
    'ICMPMON_AGENT_FPING_PATH',
    'ICMPMON_AGENT_SPOOL_*',
  ],
};
/** Settings of `api --migrate`: those of the api, and those for the first accounts and targets that it creates. */
const settingsOfMigrate = [...settingsOf.api, 'ICMPMON_BOOTSTRAP_FILE', 'ICMPMON_STARTER_TARGETS'];

/** Variables of the operating system that programs need: paths, language, time zone, certificates, proxies, and Node's own options. */
const ofTheSystem =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_\w+|TZ|TMPDIR|NODE_\w+|SSL_CERT_\w+|(HTTPS?|NO)_PROXY|LD_PRELOAD|FAKETIME\w*)$/i;

const starterTargets = Array.from({ length: 8 }, (_, index) => `127.0.0.${index + 1}`);

/**
 * Returns the environment of one app: of the settings that it reads, the installation's take precedence over those of `npm start`.
 * @param {string} name
 * @param {import('./apps.mjs').Installation} installation
 */
export function environmentOf(name, installation) {
  const own = name === 'agent' ? agentEnvironment(installation) : serverEnvironment(name, installation);
  return chosen(settingsOf[name], own);
}

/** @param {import('./apps.mjs').Installation} installation */
export function migrateEnvironment(installation) {
  // It runs as the user that starts the installation, before the api's own secret file exists.
  const secrets = { ICMPMON_SECRET_FILE: join(installation.dir, 'secrets.json') };
  return chosen(settingsOfMigrate, { ...serverEnvironment('owner', installation), ...secrets });
}

/**
 * @param {string[]} names
 * @param {Record<string, string>} own
 */
function chosen(names, own) {
  /** @param {string} variable */
  const isRead = (variable) =>
    names.some((name) => (name.endsWith('*') ? variable.startsWith(name.slice(0, -1)) : variable === name));
  const given = Object.entries(process.env).filter(([name]) => ofTheSystem.test(name) || isRead(name));
  const set = Object.entries(own).filter(([name]) => isRead(name));
  return { ...Object.fromEntries([...given, ...set]), NODE_ENV: 'production' };
}

/**
 * Returns the settings that follow from the addresses, ports and files of one installation; `role` selects the database login.
 * @param {string} role
 * @param {{ dir: string, addresses: import('./providers/environment.mjs').Addresses, roles?: import('./database-roles.mjs').RoleAddresses, ports: Record<string, number> }} of
 */
function serverEnvironment(role, { dir, addresses, roles, ports }) {
  const databases = roles?.[role] ?? addresses;
  return {
    ICMPMON_CONTROL_DATABASE_URL: databases.controlDatabaseUrl,
    ICMPMON_TELEMETRY_DATABASE_URL: databases.telemetryDatabaseUrl,
    ICMPMON_KAFKA_BROKERS: addresses.kafkaBrokers,
    ...kafkaLoginEnvironment(addresses.kafkaSasl),
    ICMPMON_REDIS_URL: addresses.redisUrl,
    ICMPMON_TOPIC_PREFIX: process.env.ICMPMON_TOPIC_PREFIX ?? 'icmpmon',
    ICMPMON_SHARD_COUNT: process.env.ICMPMON_SHARD_COUNT ?? '8',
    ICMPMON_API_PORT: String(ports.api),
    ICMPMON_AGENT_PORT: String(ports.agents),
    ICMPMON_ENROL_PORT: String(ports.enrol),
    // Agents on other machines need addresses that they can reach, and a gateway that listens there.
    ICMPMON_GATEWAY_HOST: process.env.ICMPMON_GATEWAY_HOST ?? '127.0.0.1',
    ICMPMON_PUBLIC_GATEWAY_URL: process.env.ICMPMON_PUBLIC_GATEWAY_URL ?? `https://127.0.0.1:${ports.agents}`,
    ICMPMON_PUBLIC_ENROL_URL: process.env.ICMPMON_PUBLIC_ENROL_URL ?? `https://127.0.0.1:${ports.enrol}`,
    ICMPMON_CA_DIR: join(dir, 'ca'),
    ICMPMON_GATEWAY_KIT_DIR: kitDir,
    ICMPMON_PORTAL_DIR: join(distDir, 'apps/portal/browser'),
    ICMPMON_CLIENT_FILE: join(distDir, 'apps/client/icmpmon.mjs'),
    ICMPMON_BOOTSTRAP_FILE: join(dir, 'bootstrap.json'),
    ICMPMON_SECRET_FILE: apiSecretFile(dir),
    ...credentialsEnvironment(dir),
    ICMPMON_STARTER_TARGETS: process.env.ICMPMON_STARTER_TARGETS ?? starterTargets.join(','),
    ICMPMON_LOG_LEVEL: process.env.ICMPMON_LOG_LEVEL ?? 'info',
    // The disk of this installation, unless the operator names others.
    ICMPMON_DISKS: process.env.ICMPMON_DISKS ?? `data=${dir}`,
  };
}

/**
 * The key of stored credentials: the operator's, or the one that the installation has created.
 * @param {string} dir
 */
function credentialsEnvironment(dir) {
  const { ICMPMON_CREDENTIALS_KEY: key, ICMPMON_CREDENTIALS_KEY_FILE: file } = process.env;
  const own = file ? undefined : (key ?? readJson(join(dir, 'secrets.json'))?.credentialsKey);
  /** @type {Record<string, string>} */
  const environment = own === undefined ? {} : { ICMPMON_CREDENTIALS_KEY: own };
  return environment;
}

/**
 * File with the only secret that the api needs. It must not read the passwords in secrets.json.
 * @param {string} dir
 */
export const apiSecretFile = (dir) => join(dir, 'api-secret.json');

/** @param {{ dir: string, ports: Record<string, number>, bootstrap: import('./secrets.mjs').Bootstrap }} of */
function agentEnvironment({ dir, ports, bootstrap }) {
  return {
    ICMPMON_AGENT_ENROL_URL: `https://127.0.0.1:${ports.enrol}`,
    ICMPMON_AGENT_ENROL_TOKEN: bootstrap.enrolmentToken,
    ICMPMON_AGENT_CA_FILE: join(dir, 'ca/ca.crt'),
    ICMPMON_AGENT_NAME: 'local',
    ICMPMON_AGENT_REGION: 'local',
    ICMPMON_AGENT_PROVIDER: 'local',
    ICMPMON_AGENT_STATE_DIR: join(dir, 'agent'),
    ICMPMON_AGENT_POLICY_FILE: join(dir, 'agent/policy.yaml'),
    ICMPMON_LOG_LEVEL: process.env.ICMPMON_LOG_LEVEL ?? 'info',
  };
}
