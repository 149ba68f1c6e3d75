import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { accessOf, writeAccess, writeScrapeTargets } from './access-file.mjs';
import { appUsers } from './app-users.mjs';
import { appNames, appServices, migrate, neededByApps } from './apps.mjs';
import { ensureRoles, grantRights, roleAddresses } from './database-roles.mjs';
import { ensureDatabases } from './databases.mjs';
import { giveToOwner } from './owner.mjs';
import { fixedPort, stablePorts } from './ports.mjs';
import { writePrivateJson } from './private-file.mjs';
import { provide } from './providers/index.mjs';
import { Refusal } from './output.mjs';
import { bootstrapOf, secretsOf } from './secrets.mjs';
import { readState, Supervisor } from './supervisor.mjs';

/** @param {string} dir */
export const filesOf = (dir) => ({
  state: join(dir, 'supervisor.json'),
  lock: join(dir, 'start.lock'),
  access: join(dir, 'access.json'),
  scrapeTargets: join(dir, 'prometheus/targets.json'),
  logs: join(dir, 'logs'),
  supervisorLog: join(dir, 'logs/supervisor.log'),
});

/**
 * Starts the whole product below `dir` and keeps it running. Returns {access, stop, started}: `started` resolves when everything is
 * ready, and `stop` ends everything in reverse order.
 * @param {{ dir: string, provider: string, report: (line: string) => void }} of
 */
export async function runProduct({ dir, provider, report }) {
  mkdirSync(dir, { recursive: true });
  giveToOwner(dir);
  const files = filesOf(dir);
  const running = readState(files.state);
  if (running?.running)
    throw new Refusal(`ICMP-Mon is already running (process ${running.supervisor.pid}). Stop it first: npm stop`);
  writePrivateJson(join(dir, 'provider.json'), { provider });
  const ports = await choosePorts(dir);
  const { services, addresses } = await provide(provider, { dir, print: report });
  const passwords = secretsOf(join(dir, 'secrets.json')).databasePasswords;
  const { users, reason } = appUsers(dir, [dir, ...neededByApps()]);
  if (reason) report(`The apps run as root: ${reason}.`);
  const bootstrap = bootstrapOf(join(dir, 'bootstrap.json'));
  const installation = { dir, addresses, roles: rolesFor(provider, addresses, passwords), users, ports, bootstrap };
  const apps = appServices(installation);
  const access = accessOf(installation);
  const supervisor = new Supervisor({
    stateFile: files.state,
    logDir: files.logs,
    report,
    changed: () => {
      const processes = processesOf(supervisor, apps);
      writeAccess(files.access, access, processes);
      writeScrapeTargets(files.scrapeTargets, processes);
    },
  });
  const stop = () => supervisor.stop();
  const started = supervisor.start([
    services,
    [{ name: 'databases', task: () => prepareDatabases(installation, passwords) }],
    [{ name: 'migrations', task: () => migrateAll(installation) }],
    // The gateway creates the installation's certificate authority, which the agent needs.
    [apps.gateway, apps.api, apps.projector, apps.worker],
    [apps.agent],
  ]);
  return { access, stop, started };
}

/**
 * With external databases the apps use the configured login; the operator manages its roles.
 * @param {string} provider
 * @param {import('./providers/environment.mjs').Addresses} addresses
 * @param {Record<string, string>} passwords
 */
const rolesFor = (provider, addresses, passwords) =>
  provider === 'environment' ? undefined : roleAddresses(addresses, passwords);

/**
 * @param {{ addresses: import('./providers/environment.mjs').Addresses, roles?: import('./database-roles.mjs').RoleAddresses }} of
 * @param {Record<string, string>} passwords
 */
async function prepareDatabases({ addresses, roles }, passwords) {
  await ensureDatabases(addresses);
  if (roles) await ensureRoles(addresses, passwords);
}

/** @param {import('./apps.mjs').Installation} installation */
async function migrateAll(installation) {
  await migrate(installation);
  if (installation.roles) await grantRights(installation.addresses);
}

/**
 * @param {import('./supervisor.mjs').Supervisor} supervisor
 * @param {Record<string, { opsUrl: string }>} apps
 */
function processesOf(supervisor, apps) {
  const pids = Object.entries(supervisor.pids());
  return Object.fromEntries(
    pids.map(([name, pid]) => [name, { pid, ...(apps[name] && { opsUrl: apps[name].opsUrl }) }]),
  );
}

/**
 * Returns the ports by name. The three that people and agents use are fixed unless configured; the others are free ports, kept from start to start.
 * @param {string} dir
 * @returns {Promise<Record<string, number>>}
 */
export async function choosePorts(dir, environment = process.env) {
  /** @type {[name: string, variable: string, port: number, purpose: string][]} */
  const fixed = [
    ['api', 'ICMPMON_API_PORT', 8080, 'portal and API'],
    ['agents', 'ICMPMON_AGENT_PORT', 8443, 'agents'],
    ['enrol', 'ICMPMON_ENROL_PORT', 8444, 'enrolment of agents'],
  ];
  const anyPort = fixed.filter(([, variable]) => environment[variable] === '0').map(([name]) => name);
  /** @type {Record<string, number>} */
  const ports = {};
  for (const [name, variable, defaultPort, purpose] of fixed) {
    if (!anyPort.includes(name)) ports[name] = await fixedPort(variable, defaultPort, purpose, environment);
  }
  const free = [...anyPort, ...appNames.map((name) => `${name}Ops`)];
  return { ...(await stablePorts(join(dir, 'ports.json'), free)), ...ports };
}
