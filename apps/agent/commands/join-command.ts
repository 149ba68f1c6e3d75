import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Invocation, UsageError } from '@icmp-mon/platform/command-line';
import { fetchFromEnrolment, trustedCa } from '@icmp-mon/probing/agent';

const ANSWER_MS = 30_000;
/** Option → variable of the installer, and setting that is used without the option. */
const SETTINGS = {
  url: ['URL', 'ICMPMON_AGENT_ENROL_URL'],
  ca: ['CA', 'ICMPMON_AGENT_CA_SHA256'],
  token: ['TOKEN', 'ICMPMON_AGENT_ENROL_TOKEN'],
  name: ['NAME', 'ICMPMON_AGENT_NAME'],
  region: ['REGION', 'ICMPMON_AGENT_REGION'],
  provider: ['PROVIDER', 'ICMPMON_AGENT_PROVIDER'],
  allow: ['ALLOW', 'ICMPMON_JOIN_ALLOW'],
} as const;
/** Written by the installer only where there is no policy file yet: nothing else on the network than this machine. */
const ALLOW_DEFAULT = '127.0.0.0/8';

/** Runs the gateway's installer with the settings; returns its exit code. @throws UsageError that names all missing options */
export async function runJoin(asked: Invocation): Promise<number> {
  const join = settingsOf(asked, process.env);
  const dir = mkdtempSync(path.join(os.tmpdir(), 'icmp-mon-join-'));
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const caPem = await trustedCa({ caSha256: join.CA }, join.URL, signal);
    const caFile = path.join(dir, 'ca.pem');
    writeFileSync(caFile, caPem);
    writeFileSync(path.join(dir, 'join.sh'), await fetchFromEnrolment('/v1/kit/join.sh', join.URL, caPem, signal));
    const variables = Object.entries({ ...join, CA_FILE: caFile }).map(([name, value]) => [
      `ICMPMON_JOIN_${name}`,
      value,
    ]);
    const root = asked.text('root');
    const args = [
      ...(asked.flag('yes') ? ['--yes'] : []),
      ...(root === undefined ? [] : ['--root', path.resolve(root)]),
    ];
    const env = { PATH: process.env['PATH'], ...Object.fromEntries(variables) };
    const child = spawn('/bin/sh', [path.join(dir, 'join.sh'), ...args], { env, stdio: 'inherit' });
    const [code] = (await once(child, 'exit')) as [number | null];
    return code ?? 1;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function settingsOf(
  asked: Invocation,
  env: NodeJS.ProcessEnv,
): Record<(typeof SETTINGS)[keyof typeof SETTINGS][0], string> {
  const given = Object.entries(SETTINGS).map(([option, [variable, setting]]) => {
    const value = asked.text(option) ?? env[setting] ?? (option === 'allow' ? ALLOW_DEFAULT : '');
    return { option, variable, value };
  });
  const missing = given.filter(({ value }) => value === '').map(({ option }) => `--${option}`);
  if (missing.length > 0) {
    throw new UsageError(`Missing: ${missing.join(', ')}. Copy the command from the portal, Agents, Add an agent.`);
  }
  return Object.fromEntries(given.map(({ variable, value }) => [variable, value.replace(/\/+$/, '')])) as ReturnType<
    typeof settingsOf
  >;
}
