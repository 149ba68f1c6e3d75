// A simulated internet with one vantage point for a bench, which starts this process with an IPC channel. Commands are `capture` and
// `endCapture`. The process ends when the channel closes, and removes the namespaces.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../error-text.mjs';
import { EchoCapture } from '../lab/echo-capture.mjs';
import { DEFAULT_WORLD } from '../lab/engine/world-plan.mjs';
import { World } from '../lab/engine/world.mjs';
import { serveSockets } from '../lab/forwarder.mjs';
import { createNetwork, namespacesOf, whyNoNamespaces } from '../lab/network.mjs';
import { LabRecord } from '../lab/record.mjs';
import { Responder } from '../lab/responder.mjs';
import { Refusal } from '../output.mjs';

const DEVICE = 'eth0';
const SEED = 1;

/** @type {{ dir: string, targets: number, lossPercent: number, ports: number[] }} `ports` of the gateway on loopback */
const { dir, targets, lossPercent, ports } = JSON.parse(process.argv[2]);
const plan = { ...DEFAULT_WORLD, agentsPerRegion: 1, targets, lossPercent, ipv6Percent: 0 };
const world = new World(plan);
const [vantage] = world.vantages;
const namespaces = namespacesOf(`icmpmon-bench-${process.pid}`, [vantage]);
const record = new LabRecord(dir);
const socketDir = mkdtempSync(join(tmpdir(), 'icmpmon-bench-'));
/** @type {(() => void) | undefined} */
let endForwarding;
/** @type {EchoCapture | undefined} */
let capture;

/** @type {Record<string, (of: { file: string }) => Promise<object>>} */
const COMMANDS = {
  capture: async ({ file }) => {
    capture = new EchoCapture(namespaces.agents[0], DEVICE, file);
    record.addProcess(capture.pid);
    await capture.ready();
    return {};
  },
  endCapture: async () => ({ missed: await capture?.end() }),
};

process.on('message', (/** @type {{ command: string, file: string }} */ { command, file }) => {
  COMMANDS[command]({ file }).then((answer) => tell('done', answer), failed);
});
process.once('disconnect', () => void end());
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => undefined);
start().catch(failed);

async function start() {
  const reason = whyNoNamespaces();
  if (reason) throw new Refusal(`The simulated internet is not possible here: ${reason}.`);
  await record.begin();
  record.addNamespaces([namespaces.core, ...namespaces.agents]);
  createNetwork(namespaces, [vantage], ports);
  endForwarding = await serveSockets(ports, socketDir);
  const responder = new Responder(namespaces.core);
  record.addProcess(responder.pid);
  await responder.begin({ world: plan, faults: [], seed: SEED, ports, socketDir });
  tell('ready', { namespace: namespaces.agents[0], ips: world.targets.map(({ ip }) => ip), responder: responder.pid });
}

async function end() {
  await record.removeAll();
  endForwarding?.();
  rmSync(socketDir, { recursive: true, force: true });
  process.exit(0);
}

/** @param {unknown} error */
function failed(error) {
  tell('failed', { reason: messageOf(error) });
}

/**
 * @param {string} kind
 * @param {object} detail
 */
function tell(kind, detail) {
  if (process.connected) process.send?.({ kind, ...detail });
}
