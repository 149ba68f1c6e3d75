// The lab with its agents next to the product of a bench, which starts this process with an IPC channel. Commands are `silence` and `restore`: a
// silenced target gets no packet of any agent. The process ends when the channel closes, and removes the namespaces.
import { spawnSync } from 'node:child_process';
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

/** @type {Record<string, (ip: string) => object>} */
const COMMANDS = {
  // It is in force between the two times; the earlier one counts.
  silence: (ip) => {
    const silencedMs = Date.now();
    nft([`add element ${SET} { ${ip} }`]);
    return { silencedMs };
  },
  restore: (ip) => {
    nft([`delete element ${SET} { ${ip} }`]);
    return {};
  },
};

process.on('message', (/** @type {{ command: string, ip: string }} */ { command, ip }) => {
  try {
    tell('done', { ip, ...COMMANDS[command](ip) });
  } catch (error) {
    failed(error);
  }
});
process.once('disconnect', () => void end());
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => undefined);
start().catch(failed);

async function start() {
  const reason = whyNoNamespaces();
  if (reason) throw new Refusal(`The simulated internet is not possible here: ${reason}.`);
  const up = await lab.start();
  if (up < targets) throw new Refusal(`Only ${up} of ${targets} targets are up.`);
  nft(CHAIN);
  tell('ready', { ips: lab.world.targets.map(({ ip }) => ip), responder: lab.responder?.pid });
}

async function end() {
  await lab.close({ keepData: true });
  process.exit(0);
}

/** @param {string[]} lines */
function nft(lines) {
  const { core } = lab.namespaces;
  const { status, stderr, error } = spawnSync('ip', ['netns', 'exec', core, 'nft', '-f', '-'], {
    encoding: 'utf8',
    input: `${lines.join('\n')}\n`,
  });
  if (error || status !== 0) throw new Refusal(`nft failed in ${core}: ${error ? messageOf(error) : stderr.trim()}`);
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
