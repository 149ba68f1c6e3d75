import { accessSync, constants, readFileSync } from 'node:fs';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { type AddressFamily, CANARIES, FAMILY_NAMES } from '../executors/address-family';
import { findFping } from '../executors/find-fping';
import { askFpingVersion } from '../executors/fping-version';
import { IcmpPing } from '../executors/icmp-ping';
import { ignoresPings } from '../executors/ignored-pings';
import { askMtrVersion, findMtr } from '../trace/find-mtr';
import { type CheckResult, fault, ok, shellWord, warning } from './finding';
import { runProgram } from './run-program';

const MTR_MS = 10_000;
const CANARY_MS = 1_000;
const CAP_NET_RAW = 13n;
const PING_GROUPS = '/proc/sys/net/ipv4/ping_group_range';
const IGNORED: Record<AddressFamily, string> = {
  ipv4: 'sysctl -w net.ipv4.icmp_echo_ignore_all=0',
  ipv6: 'sysctl -w net.ipv6.icmp.echo_ignore_all=0',
};

/** Whether there is an fping of a version that the agent can use. */
export async function checkFping(configured: string | undefined): Promise<CheckResult> {
  const path = findFping(configured);
  if (path === null) {
    const where = configured ?? 'the usual places';
    return fault(
      `There is no fping in ${where}.`,
      configured === undefined ? installLine('fping') : 'Correct ICMPMON_AGENT_FPING_PATH.',
    );
  }
  const answer = await askFpingVersion(path);
  if (answer.kind === 'usable') return ok(`${path} has version ${answer.version.text}.`);
  if (answer.kind === 'unsupported') return fault(`${path} cannot be used: ${answer.detail}.`, installLine('fping'));
  return fault(`${path} cannot be started: ${answer.detail}`, `setcap cap_net_raw+ep ${shellWord(path)}`);
}

/** Whether a ping of an address of this machine gets a reply, with this user's permissions. */
export async function checkHearing(
  family: AddressFamily,
  fpingPath: string | undefined,
  captureDir: string,
): Promise<CheckResult> {
  const ping = new IcmpPing({ fpingPath, captureDir });
  try {
    let outcome: number | undefined;
    const slice = { ips: [CANARIES[family]], checks: [], timeoutMs: CANARY_MS, spacingMs: 10 };
    const end = await ping.runSlice(slice, (_index, _atMs, code) => (outcome = code), new AbortController().signal);
    if (outcome === OUTCOME.reply) return ok(`fping receives the reply of ${CANARIES[family]}.`);
    return deafness(family, end.ok ? 'unknown' : end.state, end.ok ? ping.health().detail : end.detail, fpingPath);
  } finally {
    ping.close();
  }
}

function deafness(family: AddressFamily, state: string, detail: string, configured: string | undefined): CheckResult {
  const path = shellWord(findFping(configured) ?? 'fping');
  if (ignoresPings(family))
    return warning(`This machine answers no pings over ${FAMILY_NAMES[family]}, not even its own.`, IGNORED[family]);
  // Without IPv6 only targets with such addresses have no data.
  const report = family === 'ipv6' ? warning : fault;
  if (state === 'family_unavailable') return report(detail, `sysctl -w net.${family}.conf.all.disable_${family}=0`);
  if (family === 'ipv6' && state !== 'not_permitted') {
    return warning(
      `fping receives no reply of ::1: targets with IPv6 addresses have no data. ${detail}`,
      'sysctl -w net.ipv6.conf.lo.disable_ipv6=0',
    );
  }
  return fault(detail, `setcap cap_net_raw+ep ${path}`);
}

/** Whether mtr works for this user. Only probes on demand need it. */
export async function checkMtr(): Promise<CheckResult> {
  const path = findMtr();
  if (path === null)
    return warning('mtr is not installed: the path to a target cannot be traced.', installLine('mtr-tiny'));
  const version = await askMtrVersion(path);
  if (version.kind === 'unsupported') {
    const why = 'versions before 0.94 do not print which router answered';
    return warning(`${path} cannot be used: ${version.detail}; ${why}.`, installLine('mtr-tiny'));
  }
  const { code, output } = await runProgram(path, ['--raw', '-n', '-c', '1', '127.0.0.1'], MTR_MS);
  const named = version.kind === 'usable' ? `${path} (mtr ${version.text})` : path;
  if (code === 0) return ok(`${named} traces 127.0.0.1.`);
  const packet = `${path}-packet`;
  return warning(`${named} cannot trace: ${output.slice(0, 200)}`, `setcap cap_net_raw+ep ${shellWord(packet)}`);
}

/** How this user may send pings: as root, by capability, or by ping sockets. */
export function checkPermissions(): CheckResult {
  const user = `user ${process.geteuid?.() ?? '?'}`;
  const status = readFileSync('/proc/self/status', 'latin1');
  const capabilities = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  if (((capabilities >> CAP_NET_RAW) & 1n) === 1n) return ok(`${user} has the capability CAP_NET_RAW.`);
  const [from = 1, to = 0] = readFileSync(PING_GROUPS, 'latin1').trim().split(/\s+/).map(Number);
  const groups = [process.getegid?.() ?? -1, ...(process.getgroups?.() ?? [])];
  const has = groups.some((group) => group >= from && group <= to);
  const sockets = has ? 'and ping sockets (fping 5.2 or later uses them)' : 'and no ping sockets';
  return ok(`${user} has no CAP_NET_RAW of its own ${sockets}: fping needs the capability in its file otherwise.`);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}

/** The package has the same name for apt-get and dnf, except that of mtr. */
function installLine(name: string): string {
  if (isExecutable('/usr/bin/apt-get')) return `apt-get install -y --no-install-recommends ${name}`;
  if (isExecutable('/usr/bin/dnf')) return `dnf install -y ${name.replace('-tiny', '')}`;
  return `Install the package ${name}.`;
}
