import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { kafkaLoginEnvironment } from './kafka-login.mjs';
import { asOwner, giveToOwner } from './owner.mjs';
import { distDir, nodeBinary, rootDir } from './paths.mjs';
import { writePrivateText } from './private-file.mjs';
import { run } from './run.mjs';
import { ailmentOf, httpReady } from './services/ready.mjs';

export const appNames = ['gateway', 'api', 'projector', 'worker', 'agent'];

/** Bounds on each heap: a leak ends one app, which is restarted, and not the machine. */
const heapMb = { gateway: 384, api: 512, projector: 3072, worker: 384, agent: 384 };
/** What a second of results leaves behind is garbage: with room for it, little is copied before it goes. */
const youngMb = { projector: 32, gateway: 32 };

const starterTargets = Array.from({ length: 8 }, (_, index) => `127.0.0.${index + 1}`);

const agentPolicy = `# What this agent may probe, whatever the server says. The agent refuses everything else.
# This file is yours: npm start writes it once and never changes it.
allow:
  - 127.0.0.0/8
deny: []
packetsPerSecond: 2000
stopped: false
`;

/** Settings of single apps that have a default there. */
const passedOn = /^ICMPMON_((RETENTION|HEALTH|HEARTBEAT)_|(API_HOST|TRUSTED_PROXIES)$)/;

/** The environment that all apps share, from the addresses, ports and files of one installation. */
export function sharedEnvironment({ dir, addresses, ports }) {
  return {
    ICMPMON_CONTROL_DATABASE_URL: addresses.controlDatabaseUrl,
    ICMPMON_TELEMETRY_DATABASE_URL: addresses.telemetryDatabaseUrl,
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
    ICMPMON_PORTAL_DIR: join(distDir, 'apps/portal/browser'),
    ICMPMON_BOOTSTRAP_FILE: join(dir, 'bootstrap.json'),
    ICMPMON_SECRET_FILE: join(dir, 'secrets.json'),
    ICMPMON_STARTER_TARGETS: process.env.ICMPMON_STARTER_TARGETS ?? starterTargets.join(','),
    ICMPMON_LOG_LEVEL: process.env.ICMPMON_LOG_LEVEL ?? 'info',
    // How full this installation's disk is, and what else is given.
    ICMPMON_DISKS: process.env.ICMPMON_DISKS ?? `data=${dir}`,
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => passedOn.test(name))),
  };
}

/** The local agent knows no database and no broker, only what an agent elsewhere would. */
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

/** A supervised service per app: {name, opsUrl, …}. `installation` is {dir, addresses, ports, bootstrap}. */
export function appServices(installation) {
  return Object.fromEntries(appNames.map((name) => [name, appService(name, installation)]));
}

function appService(name, installation) {
  const opsPort = installation.ports[`${name}Ops`];
  const opsUrl = `http://127.0.0.1:${opsPort}`;
  const own = name === 'agent' ? agentEnvironment(installation) : sharedEnvironment(installation);
  const env = { ...withoutOurs(process.env), NODE_ENV: 'production', ...own, ICMPMON_OPS_PORT: String(opsPort) };
  return {
    name,
    opsUrl,
    prepare: name === 'agent' ? () => prepareAgent(installation.dir) : undefined,
    beforeRestart: name === 'agent' ? () => prepareAgentAgain(installation) : undefined,
    command: () => ({ command: nodeForApps(), args: [...nodeOptions(name), mainOf(name)], env, cwd: rootDir }),
    ready: () => httpReady(`${opsUrl}/readyz`),
    ailment: () => ailmentOf(`${opsUrl}/livez`),
  };
}

/** Brings both databases' schemas up to date and makes what the first start needs; safe to repeat. */
export function migrate(installation) {
  const env = { ...withoutOurs(process.env), NODE_ENV: 'production', ...sharedEnvironment(installation) };
  return run(nodeForApps(), [...nodeOptions('api'), mainOf('api'), '--migrate'], { env, cwd: rootDir, ...asOwner() });
}

function prepareAgent(dir) {
  const file = join(dir, 'agent/policy.yaml');
  mkdirSync(join(dir, 'agent'), { recursive: true, mode: 0o700 });
  giveToOwner(join(dir, 'agent'));
  if (!existsSync(file)) writePrivateText(file, agentPolicy);
}

/** A folder that was lost is made again, and the agent joins again with the installation's own token. */
async function prepareAgentAgain(installation) {
  prepareAgent(installation.dir);
  if (existsSync(join(installation.dir, 'agent/agent.json'))) return;
  // It makes that token usable again: it is good for a day after the last start.
  await migrate(installation);
}

const nodeForApps = () => (existsSync(nodeBinary) ? nodeBinary : process.execPath);
const nodeOptions = (name) => [
  `--max-old-space-size=${heapMb[name]}`,
  ...(youngMb[name] ? [`--max-semi-space-size=${youngMb[name]}`] : []),
  '--enable-source-maps',
];
const mainOf = (name) => join(distDir, 'apps', name, 'main.js');

function withoutOurs(environment) {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('ICMPMON_')));
}
