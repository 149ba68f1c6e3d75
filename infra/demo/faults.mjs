// Makes a loopback address of this machine unreachable and reachable again. The nftables table has a name of the demo's own.
import { spawnSync } from 'node:child_process';
import { Refusal } from '../output.mjs';

const TABLE = 'icmpmon_demo';

/**
 * @param {string} command
 * @param {...string} args
 */
function run(command, ...args) {
  const done = spawnSync(command, args, { encoding: 'utf8' });
  if (done.error) throw new Refusal(`${command} is missing: install it (Debian: apt-get install nftables iproute2).`);
  return done;
}

/**
 * @param {string} command
 * @param {...string} args
 */
function must(command, ...args) {
  const { status, stderr } = run(command, ...args);
  if (status !== 0) throw new Refusal(`${command} ${args.join(' ')} failed: ${stderr.trim()} Run it as root.`);
}

/**
 * Drops the packets that arrive for the address, as if the host were dead: probes time out.
 * @param {string} ip
 */
export function makeUnreachable(ip) {
  must('nft', 'add', 'table', 'inet', TABLE);
  must('nft', 'add', 'chain', 'inet', TABLE, 'input', '{ type filter hook input priority 0 ; }');
  must('nft', 'add', 'rule', 'inet', TABLE, 'input', 'ip', 'daddr', ip, 'icmp', 'type', 'echo-request', 'drop');
}

/**
 * Makes the kernel refuse to send to the address.
 * @param {string} ip
 */
export function refuseToSend(ip) {
  must('ip', 'route', 'add', 'blackhole', `${ip}/32`, 'table', 'local');
}

/**
 * Removes filter and route; does nothing where there is none.
 * @param {string} ip
 */
export function restore(ip) {
  run('nft', 'delete', 'table', 'inet', TABLE);
  run('ip', 'route', 'del', 'blackhole', `${ip}/32`, 'table', 'local');
}
