// The lab with its agents next to the product of a bench, which starts this process with an IPC channel. Commands are `silence` and `restore`: a
// silenced target gets no packet of any agent. The process ends when the channel closes, and removes the namespaces.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { messageOf } from '../error-text.mjs';
import { Lab } from '../lab/lab.mjs';
import { DEFAULT_WORLD } from '../lab/engine/world-plan.mjs';
import { whyNoNamespaces } from '../lab/network.mjs';
import { Refusal } from '../output.mjs';

const SEED = 1;
const SET = 'inet bench silent';
const CHAIN = [
  'add table inet bench',
  `add set ${SET} { type ipv4_addr; }`,
  'add chain inet bench forward { type filter hook forward priority 0; }',
  'add rule inet bench forward ip daddr @silent drop',
];

/** @type {{ productDir: string, access: import('../lab/lab.mjs').Access, targets: number, intervalS: number }} */
const { productDir, access, targets, intervalS } = JSON.parse(process.argv[2]);
const regions = Object.fromEntries(Object.entries(DEFAULT_WORLD.regions).slice(0, 3));
const plan = { ...DEFAULT_WORLD, regions, agentsPerRegion: 1, targets, anycast: 0, ipv6Percent: 0 };
const lab = new Lab({
  scenario: {
    ...{ name: 'bench', purpose: '', seed: SEED, durationS: 0, repeat: false },
    ...{ world: plan, closed: null, timeline: [], parts: [] },
  },
  ...{ access, productDir, intervalS, report: () => undefined, signal: new AbortController().signal },
});

/** @type {ReturnType<typeof startShell> | undefined} */
let shell;
/** Commands of nft without an answer, oldest first. @type {((answer: string) => void)[]} */
const waiting = [];

/** @type {Record<string, (ip: string) => Promise<object>>} */
const COMMANDS = {
  // It takes effect between the two times.
  silence: async (ip) => {
    const fromMs = Date.now();
    await nft(`add element ${SET} { ${ip} }`);
    return { fromMs, silentMs: Date.now() };
  },
  restore: async (ip) => {
    await nft(`delete element ${SET} { ${ip} }`);
    return {};
  },
};

process.on('message', (/** @type {{ command: string, ip: string }} */ { command, ip }) => {
  COMMANDS[command](ip).then((answer) => tell('done', { ip, ...answer }), failed);
});
process.once('disconnect', () => void end());
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => undefined);
start().catch(failed);

async function start() {
  const reason = whyNoNamespaces();
  if (reason) throw new Refusal(`The simulated internet is not possible here: ${reason}.`);
  const up = await lab.start();
  if (up < targets) throw new Refusal(`Only ${up} of ${targets} targets are up.`);
  shell = startShell();
  for (const line of CHAIN) await nft(line);
  tell('ready', { ips: lab.world.targets.map(({ ip }) => ip), responder: lab.responder?.pid });
}

async function end() {
  await lab.close({ keepData: true });
  process.exit(0);
}

/** Starts a shell in the core namespace that runs a command of nft per line, and prints whether it succeeded. */
function startShell() {
  const loop = 'while read -r line; do nft "$line" && echo ok || echo failed; done';
  const child = spawn('ip', ['netns', 'exec', lab.namespaces.core, 'sh', '-c', loop], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  lab.record.addProcess(child.pid);
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(line));
  return child;
}

/** @param {string} command */
async function nft(command) {
  /** @type {Promise<string>} */
  const answer = new Promise((resolve) => waiting.push(resolve));
  shell?.stdin.write(`${command}\n`);
  if ((await answer) !== 'ok') throw new Refusal(`nft failed: ${command}`);
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
