// Takes a loopback address away and brings it back, on this machine only and by names of the demo's own.
import { spawnSync } from 'node:child_process';
import { Refusal } from '../say.mjs';

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
  if (status !== 0) throw new Refusal(`${command} ${args.join(' ')} failed: ${stderr.trim()} (is this root?)`);
}

/**
 * Drops what arrives for the address, as a dead host would: probes time out.
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
 * Undoes both; does no harm where there is nothing to undo.
 * @param {string} ip
 */
export function restore(ip) {
  run('nft', 'delete', 'table', 'inet', TABLE);
  run('ip', 'route', 'del', 'blackhole', `${ip}/32`, 'table', 'local');
}
