import { accessSync, constants, existsSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs';
import path from 'node:path';
import { parsePolicy, policyProblems } from '../policy/parse-policy';
import { SPOOL_FILE } from '../spool/spool-database';
import { type CheckResult, fault, messageOf, ok, shellWord, skipped, warning } from './finding';

const MIB = 1024 * 1024;

/** Whether the policy file is valid, and what it leaves to probe. */
export function checkPolicyFile(file: string | undefined): CheckResult {
  if (file === undefined) {
    return warning(
      'There is no policy file: the server may have every address probed, except loopback and those always denied.',
      'Write one (docs/agent.md, "The policy file") and name it in ICMPMON_AGENT_POLICY_FILE.',
    );
  }
  const shown = shellWord(file);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return fault(`${file} cannot be read: ${messageOf(error)}`, `chmod a+r ${shown}`);
  }
  const problems = policyProblems(text);
  if (problems.length > 0) return fault(`${file}: ${problems.join('; ')}.`, `icmpmon-agent policy check ${shown}`);
  const { stopped, packetsPerSecond, allow, commands } = parsePolicy(text);
  if (stopped) return warning(`${file} stops all probing.`, `sed -i 's/^stopped: true/stopped: false/' ${shown}`);
  const ranges =
    allow === null
      ? 'every address that is not denied'
      : `addresses in ${allow.texts.length === 1 ? (allow.texts[0] ?? '') : `${allow.texts.length} ranges`}`;
  const kinds = commands === null ? 'all' : commands.length === 0 ? 'no' : commands.join(', ');
  return ok(`${file} allows ${ranges}, ${packetsPerSecond} packets per second, ${kinds} probes on demand.`);
}

/** Whether this user can write the state folder, and whether other users cannot read it. */
export function checkStateDir(dir: string): CheckResult {
  const shown = shellWord(dir);
  const stat = statSync(dir, { throwIfNoEntry: false });
  if (stat === undefined) return fault(`${dir} does not exist.`, `mkdir -m 700 -p ${shown}`);
  if (!stat.isDirectory()) return fault(`${dir} is not a folder.`, `mv ${shown} ${shown}.old && mkdir -m 700 ${shown}`);
  try {
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const user = process.geteuid?.() ?? 0;
    return fault(
      `User ${user} cannot write ${dir}: ${messageOf(error)}`,
      `chown -R ${user} ${shown}, or run this as the user of the agent`,
    );
  }
  if ((stat.mode & 0o077) !== 0)
    return warning(`${dir} holds a private key and is open to other users.`, `chmod 700 ${shown}`);
  return ok(`${dir} belongs to user ${stat.uid} and can be written.`);
}

/** How full spool and disk are. */
export function checkSpool(dir: string, bytesMax: number): CheckResult {
  if (!existsSync(dir)) return skipped('There is no state folder.');
  const files = readdirSync(dir).filter((name) => name.startsWith('spool') && !name.startsWith('spool-damaged'));
  const bytes = files.reduce(
    (sum, name) => sum + (statSync(path.join(dir, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
  const { bavail, bsize } = statfsSync(dir);
  const freeBytes = bavail * bsize;
  const text = `The spool uses ${mib(bytes)} of ${mib(bytesMax)} MiB; ${mib(freeBytes)} MiB of the disk are free.`;
  const damaged = readdirSync(dir).filter((name) => name.startsWith('spool-damaged')).length;
  if (files.includes(SPOOL_FILE)) accessSync(path.join(dir, SPOOL_FILE), constants.R_OK | constants.W_OK);
  if (freeBytes < Math.min(bytesMax - bytes, bytesMax / 10)) {
    return warning(`${text} Results of an outage may not fit.`, 'Free space, or set ICMPMON_AGENT_SPOOL_BYTES lower.');
  }
  if (damaged > 0)
    return warning(`${text} ${damaged} damaged spools were set aside.`, `rm ${shellWord(dir)}/spool-damaged-*`);
  return ok(text);
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(bytes < 10 * MIB ? 1 : 0);
}
