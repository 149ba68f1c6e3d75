// Starts some apps of a product on given services for a bench. The bench starts this process with an IPC channel, which carries the
// list of apps; the process ends when the channel closes. It creates its own databases and topics and does not remove them.
import { join } from 'node:path';
import { appServices, migrate } from '../apps.mjs';
import { ensureDatabases } from '../databases.mjs';
import { messageOf } from '../error-text.mjs';
import { choosePorts } from '../product.mjs';
import { givenAddresses } from '../providers/environment.mjs';
import { Refusal } from '../output.mjs';
import { bootstrapOf, secretsOf } from '../secrets.mjs';
import { Supervisor } from '../supervisor.mjs';

/** @type {{dir: string, apps: string[]}} */
const { dir, apps } = JSON.parse(process.argv[2]);

const addresses = givenAddresses();
if (addresses === undefined)
  throw new Refusal(
    'Kafka, database and Redis addresses are missing: the bench must set ICMPMON_* in the environment.',
  );
secretsOf(join(dir, 'secrets.json'));
const ports = await choosePorts(dir);
const installation = { dir, addresses, ports, bootstrap: bootstrapOf(join(dir, 'bootstrap.json')) };
const services = appServices(installation);
/**
 * @param {string} kind
 * @param {object} detail
 */
const tell = (kind, detail) => process.connected && process.send?.({ kind, ...detail });
let isReady = false;
const supervisor = new Supervisor({
  stateFile: join(dir, 'supervisor.json'),
  logDir: join(dir, 'logs'),
  // Once everything runs, the supervisor reports only apps that ended.
  report: (line) => isReady && tell('said', { line }),
  changed: () => tell('pids', { pids: supervisor.pids() }),
});

let stopping;
const stop = () => (stopping ??= supervisor.stop().then(() => process.exit(0)));
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, stop);
process.once('disconnect', stop);

/** Lets the bench prepare the databases after the migrations and before the apps start. */
const prepared = new Promise((resolve) => process.once('message', resolve));
const stages = [
  [{ name: 'databases', task: () => ensureDatabases(addresses) }],
  [{ name: 'migrations', task: () => migrate(installation) }],
  [{ name: 'preparation', task: () => (tell('migrated', {}), prepared) }],
  ['gateway', 'api', 'projector', 'worker'].filter((name) => apps.includes(name)).map((name) => services[name]),
  ['agent'].filter((name) => apps.includes(name)).map((name) => services[name]),
];
try {
  await supervisor.start(stages.filter((stage) => stage.length > 0));
  isReady = true;
  tell('ready', {
    product: {
      ...addresses,
      apiUrl: `http://127.0.0.1:${ports.api}`,
      apiKey: installation.bootstrap.apiKey,
      gatewayUrl: `https://127.0.0.1:${ports.agents}`,
      enrolUrl: `https://127.0.0.1:${ports.enrol}`,
      enrolmentToken: installation.bootstrap.enrolmentToken,
      caDir: join(dir, 'ca'),
      opsUrls: Object.fromEntries(apps.map((name) => [name, services[name].opsUrl])),
    },
  });
} catch (error) {
  tell('failed', { reason: messageOf(error) });
  await stop();
}
