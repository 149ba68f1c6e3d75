import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { apiSecretFile, environmentOf, migrateEnvironment } from './app-environment.mjs';
import { commandAs, giveFolder, giveTree } from './app-users.mjs';
import { asOwner, giveToOwner } from './owner.mjs';
import { distDir, nodeBinary, rootDir } from './paths.mjs';
import { readJson, writePrivateJson, writePrivateText } from './private-file.mjs';
import { run } from './run.mjs';
import { hangCauseOf, httpReady } from './services/ready.mjs';

/**
 * Everything with which the apps of one installation are started.
 * @typedef {object} Installation
 * @property {string} dir
 * @property {import('./providers/environment.mjs').Addresses} addresses
 * @property {import('./database-roles.mjs').RoleAddresses} [roles] addresses of the databases by app
 * @property {Record<string, import('./app-users.mjs').AppUser>} [users] who runs each app
 * @property {Record<string, number>} ports
 * @property {import('./secrets.mjs').Bootstrap} bootstrap
 */

export const appNames = ['gateway', 'api', 'projector', 'worker', 'agent'];

/** Heap limits in MiB: a memory leak ends one app, which is restarted, instead of the machine. */
/** @type {Record<string, number>} */
const heapMb = { gateway: 384, api: 512, projector: 3072, worker: 384, agent: 384 };
/**
 * Size of the young generation in MiB. Most objects of one second of results are garbage: with enough room, little survives to be copied. The agent
 * has few of them: more room is only memory (packaging/agent.service).
 */
/** @type {Record<string, number>} */
const youngMb = { projector: 32, gateway: 16, worker: 32, agent: 16 };

const agentPolicy = `# Addresses that this agent may probe, regardless of what the server assigns. The agent refuses all others.
# npm start writes this file once and never changes it.
allow:
  - 127.0.0.0/8
deny: []
packetsPerSecond: 2000
stopped: false
`;

/** Files that every app's user must be able to read. */
export const neededByApps = () => [mainOf('api'), nodeForApps(), join(rootDir, 'package.json')];

/**
 * Returns a supervised service per app: {name, opsUrl, …}. `roles` (database addresses by app) and `users` (the app's user) are
 * optional.
 * @param {Installation} installation
 */
export function appServices(installation) {
  return Object.fromEntries(appNames.map((name) => [name, appService(name, installation)]));
}

/**
 * @param {string} name
 * @param {Installation} installation
 */
function appService(name, installation) {
  const opsPort = installation.ports[`${name}Ops`];
  const opsUrl = `http://127.0.0.1:${opsPort}`;
  const user = installation.users?.[name] ?? asOwner();
  const rawSockets = name === 'agent';
  return {
    name,
    opsUrl,
    prepare: () => prepares[name]?.(installation.dir, user),
    beforeRestart: name === 'agent' ? () => prepareAgentAgain(installation, user) : undefined,
    command: () => ({
      ...commandAs(user, nodeForApps(), [...nodeOptions(name), mainOf(name)], { rawSockets }),
      env: { ...environmentOf(name, installation), ICMPMON_OPS_PORT: String(opsPort) },
      cwd: rootDir,
    }),
    ready: () => httpReady(`${opsUrl}/readyz`),
    hangCause: () => hangCauseOf(`${opsUrl}/livez`),
  };
}

/**
 * Migrates both databases and creates what the first start needs; safe to repeat.
 * @param {Installation} installation
 */
export function migrate(installation) {
  const args = [...nodeOptions('api'), mainOf('api'), '--migrate'];
  return run(nodeForApps(), args, { env: migrateEnvironment(installation), cwd: rootDir, ...asOwner() });
}

/** Creates the folders and files of an app and gives them to its user, including files that an earlier start gave to another user. */
/** @type {Record<string, (dir: string, user: import('./app-users.mjs').AppUser) => void>} */
const prepares = {
  // Agents and the api read the certificate in this folder; the mode of the key file restricts it to the gateway.
  gateway: (dir, user) => giveFolder(join(dir, 'ca'), user, 0o755),
  api: writeApiSecret,
  agent: prepareAgent,
};

/**
 * @param {string} dir
 * @param {import('./app-users.mjs').AppUser} user
 */
function writeApiSecret(dir, user) {
  const { jwtSecret } = readJson(join(dir, 'secrets.json')) ?? {};
  const file = apiSecretFile(dir);
  writePrivateJson(file, { jwtSecret });
  if (user.uid !== undefined && user.gid !== undefined) giveTree(file, user.uid, user.gid);
}

/**
 * @param {string} dir
 * @param {import('./app-users.mjs').AppUser} user
 */
function prepareAgent(dir, user) {
  const stateDir = join(dir, 'agent');
  const file = join(stateDir, 'policy.yaml');
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  giveToOwner(stateDir);
  if (!existsSync(file)) writePrivateText(file, agentPolicy);
  giveFolder(stateDir, user, 0o700);
}

/**
 * Recreates a folder that was lost; the agent then enrols again with the installation's own token.
 * @param {Installation} installation
 * @param {import('./app-users.mjs').AppUser} user
 */
async function prepareAgentAgain(installation, user) {
  prepareAgent(installation.dir, user);
  if (existsSync(join(installation.dir, 'agent/agent.json'))) return;
  // The migration renews that token: it expires one day after the last start.
  await migrate(installation);
}

const nodeForApps = () => (existsSync(nodeBinary) ? nodeBinary : process.execPath);
/** @param {string} name */
const nodeOptions = (name) => [
  `--max-old-space-size=${heapMb[name]}`,
  ...(youngMb[name] ? [`--max-semi-space-size=${youngMb[name]}`] : []),
  '--enable-source-maps',
];
/** @param {string} name */
const mainOf = (name) => join(distDir, 'apps', name, 'main.js');
