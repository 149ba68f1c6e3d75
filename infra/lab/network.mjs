import { spawnSync } from 'node:child_process';
import { Refusal } from '../output.mjs';
import { isRoot } from '../owner.mjs';
import { RANGES } from './engine/world-plan.mjs';

/** @typedef {import('./engine/world.mjs').Vantage} Vantage */

/** Name of the TUN device in the core namespace. */
export const TUN_DEVICE = 'world';
const LOOPBACK = '127.0.0.0/8';
/** Packets that wait for the responder at most. */
const QUEUE_PACKETS = 20_000;

/**
 * Names of the namespaces of one run: they begin with the run's name, which no other run has.
 * @param {string} run
 * @param {Vantage[]} vantages
 */
export const namespacesOf = (run, vantages) => ({
  core: `${run}-core`,
  agents: vantages.map(({ name }) => `${run}-${name}`),
});

/** Why this process cannot create network namespaces with TUN devices; undefined if it can. */
export function whyNoNamespaces() {
  if (process.platform !== 'linux') return 'network namespaces exist on Linux only';
  if (!isRoot()) return 'network namespaces need root';
  if (failureOf('ip', ['-V']) !== undefined) return 'there is no command "ip" (apt-get install iproute2)';
  const name = `icmpmon-lab-check-${process.pid}`;
  const added = ip(['netns', 'add', name]);
  if (added !== undefined) return `"ip netns add" failed: ${added}`;
  const tun = ip(['-n', name, 'tuntap', 'add', 'mode', 'tun', 'name', TUN_DEVICE]);
  ip(['netns', 'del', name]);
  return tun === undefined ? undefined : `"ip tuntap add" failed: ${tun} (modprobe tun loads the module)`;
}

/**
 * Creates the namespaces of a lab: one for each agent, joined by a veth pair with the core namespace, whose TUN device leads to the
 * simulated internet.
 *
 *     agent's namespace ── eth0 ══ a0 ──┐
 *     agent's namespace ── eth0 ══ a1 ──┤ core namespace ── TUN "world" ── responder
 *
 * Nothing outside of them is changed. An agent reaches the gateway at its usual address on loopback, which its own namespace translates to
 * the core namespace, where a forwarder listens.
 * @param {ReturnType<typeof namespacesOf>} namespaces
 * @param {Vantage[]} vantages
 * @param {number[]} gatewayPorts
 */
export function createNetwork(namespaces, vantages, gatewayPorts) {
  const { core, agents } = namespaces;
  for (const name of [core, ...agents]) must(['netns', 'add', name]);
  batch(core, [
    'link set lo up',
    `tuntap add mode tun name ${TUN_DEVICE}`,
    `link set ${TUN_DEVICE} txqueuelen ${QUEUE_PACKETS} up`,
    ...Object.values(RANGES).map((range) => `route add ${range} dev ${TUN_DEVICE}`),
    ...vantages.flatMap(({ index, gateway, gateway6 }) => [
      `link add a${index} type veth peer name eth0 netns ${agents[index]}`,
      `addr add ${gateway}/30 dev a${index}`,
      `addr add ${gateway6}/64 dev a${index} nodad`,
      `link set a${index} up`,
    ]),
  ]);
  sysctl(core, [
    'net.ipv4.ip_forward=1',
    'net.ipv6.conf.all.forwarding=1',
    'net.ipv4.icmp_ratelimit=0',
    'net.ipv4.conf.all.rp_filter=0',
    `net.ipv4.conf.${TUN_DEVICE}.rp_filter=0`,
  ]);
  nft(core, ['add table inet lab', 'add set inet lab cut { type ifname; }', ...chainsOfCore()]);
  for (const vantage of vantages) createAgentSide(agents[vantage.index], vantage, gatewayPorts);
}

const chainsOfCore = () => [
  'add chain inet lab input { type filter hook input priority 0; }',
  'add rule inet lab input iifname @cut drop',
  'add chain inet lab output { type filter hook output priority 0; }',
  'add rule inet lab output oifname @cut drop',
];

/**
 * @param {string} name
 * @param {Vantage} vantage
 * @param {number[]} gatewayPorts
 */
function createAgentSide(name, { ip: own, ip6, gateway, gateway6 }, gatewayPorts) {
  batch(name, [
    'link set lo up',
    `addr add ${own}/30 dev eth0`,
    `addr add ${ip6}/64 dev eth0 nodad`,
    'link set eth0 up',
    `route add default via ${gateway}`,
    `route add default via ${gateway6}`,
  ]);
  sysctl(name, [
    'net.ipv4.conf.all.route_localnet=1',
    'net.ipv4.conf.all.rp_filter=0',
    'net.ipv4.conf.eth0.rp_filter=0',
  ]);
  nft(name, [
    'add table ip lab',
    'add chain ip lab output { type nat hook output priority -100; }',
    `add rule ip lab output ip daddr 127.0.0.1 tcp dport { ${gatewayPorts.join(', ')} } dnat to ${gateway}`,
    'add chain ip lab postrouting { type nat hook postrouting priority 100; }',
    `add rule ip lab postrouting ip saddr ${LOOPBACK} oifname eth0 snat to ${own}`,
  ]);
}

/**
 * Cuts or restores the connection of an agent to the gateway. Its packets to targets are cut by the simulated internet.
 * @param {string} core
 * @param {Vantage} vantage
 * @param {boolean} isCut
 */
export function cutGateway(core, { index }, isCut) {
  nft(core, [`${isCut ? 'add' : 'delete'} element inet lab cut { a${index} }`]);
}

/**
 * Removes a namespace with its devices; does nothing when it does not exist.
 * @param {string} name
 */
export function removeNamespace(name) {
  const failed = ip(['netns', 'del', name]);
  if (failed !== undefined && !/No such file/.test(failed))
    throw new Refusal(`Cannot remove the namespace ${name}: ${failed}`);
}

/**
 * Runs `ip`; returns its error text, undefined when it succeeded.
 * @param {string[]} args
 * @param {string} [input]
 */
function ip(args, input) {
  return failureOf('ip', args, input);
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} [input]
 */
function failureOf(command, args, input) {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', input });
  if (error) return error.message;
  return status === 0 ? undefined : stderr.trim();
}

/** @param {string[]} args */
function must(args) {
  const failed = ip(args);
  if (failed !== undefined) throw new Refusal(`ip ${args.join(' ')} failed: ${failed}`);
}

/**
 * @param {string} namespace
 * @param {string[]} lines
 */
function batch(namespace, lines) {
  for (const [family, chosen] of [
    ['-4', lines.filter((line) => !line.includes(':'))],
    ['-6', lines.filter((line) => line.includes(':'))],
  ]) {
    const failed = ip(
      ['-n', namespace, String(family), '-batch', '-'],
      `${/** @type {string[]} */ (chosen).join('\n')}\n`,
    );
    if (failed !== undefined)
      throw new Refusal(`The network of the lab could not be created in ${namespace}: ${failed}`);
  }
}

/**
 * @param {string} namespace
 * @param {string[]} values
 */
function sysctl(namespace, values) {
  const failed = failureOf('ip', ['netns', 'exec', namespace, 'sysctl', '-qw', ...values]);
  if (failed !== undefined) throw new Refusal(`sysctl failed in ${namespace}: ${failed}`);
}

/**
 * @param {string} namespace
 * @param {string[]} lines
 */
function nft(namespace, lines) {
  const failed = failureOf('ip', ['netns', 'exec', namespace, 'nft', '-f', '-'], `${lines.join('\n')}\n`);
  if (failed !== undefined) throw new Refusal(`nft failed in ${namespace}: ${failed}`);
}
