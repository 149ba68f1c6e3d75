import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { apiSecretFile, environmentOf, migrateEnvironment } from './app-environment.mjs';
import { commandAs, giveFolder, giveTree } from './app-users.mjs';
import { asOwner, giveToOwner } from './owner.mjs';
import { distDir, nodeBinary, rootDir } from './paths.mjs';
import { readJson, writePrivateJson, writePrivateText } from './private-file.mjs';
import { run } from './run.mjs';
import { ailmentOf, httpReady } from './services/ready.mjs';

/**
 * What the apps of one installation are started with.
 * @typedef {object} Installation
 * @property {string} dir
 * @property {import('./providers/environment.mjs').Addresses} addresses
 * @property {import('./database-roles.mjs').RoleAddresses} [roles] addresses of the databases by app
 * @property {Record<string, import('./app-users.mjs').AppUser>} [users] who runs each app
 * @property {Record<string, number>} ports
 * @property {import('./secrets.mjs').Bootstrap} bootstrap
 */

export const appNames = ['gateway', 'api', 'projector', 'worker', 'agent'];

/** Bounds on each heap: a leak ends one app, which is restarted, and not the machine. */
/** @type {Record<string, number>} */
const heapMb = { gateway: 384, api: 512, projector: 3072, worker: 384, agent: 384 };
/** What a second of results leaves behind is garbage: with room for it, little is copied before it goes. */
/** @type {Record<string, number>} */
const youngMb = { projector: 32, gateway: 32 };

const agentPolicy = `# What this agent may probe, whatever the server says. The agent refuses everything else.
# This file is yours: npm start writes it once and never changes it.
allow:
  - 127.0.0.0/8
deny: []
packetsPerSecond: 2000
stopped: false
`;

/** What every app's user has to be able to read. */
export const neededByApps = () => [mainOf('api'), nodeForApps(), join(rootDir, 'package.json')];

/**
 * A supervised service per app: {name, opsUrl, …}. `installation` is {dir, addresses, ports, bootstrap}, and where they are known
 * `roles` (addresses of the databases by app) and `users` (who runs it).
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
    ailment: () => ailmentOf(`${opsUrl}/livez`),
  };
}

/**
 * Brings both databases' schemas up to date and makes what the first start needs; safe to repeat.
 * @param {Installation} installation
 */
export function migrate(installation) {
  const args = [...nodeOptions('api'), mainOf('api'), '--migrate'];
  return run(nodeForApps(), args, { env: migrateEnvironment(installation), cwd: rootDir, ...asOwner() });
}

/** What is the user's own is made, and given to it with what an earlier start left to another one. */
/** @type {Record<string, (dir: string, user: import('./app-users.mjs').AppUser) => void>} */
const prepares = {
  // Agents and the api read the certificate in there; the key is the gateway's alone by its own mode.
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
 * A folder that was lost is made again, and the agent joins again with the installation's own token.
 * @param {Installation} installation
 * @param {import('./app-users.mjs').AppUser} user
 */
async function prepareAgentAgain(installation, user) {
  prepareAgent(installation.dir, user);
  if (existsSync(join(installation.dir, 'agent/agent.json'))) return;
  // It makes that token usable again: it is good for a day after the last start.
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
