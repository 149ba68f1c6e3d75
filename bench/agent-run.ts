import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Accepted, AgentGateway } from './agent-gateway';

export interface AgentLoad {
  targets: number;
  intervalMs: number;
  /** Length of the measured span. */
  spanMs: number;
  /** Writes a CPU profile of the agent to artefacts/profiles. */
  profile: boolean;
}

export interface AgentRun extends Accepted {
  spanMs: number;
  /** CPU seconds of the agent's own process within the span, without its fpings. */
  agentCpuS: number;
  /** CPU seconds of the fpings that exited within the span. */
  fpingCpuS: number;
  /** Bytes of block bodies per result. */
  bodyBytesPerResult: number;
}

const TIMEOUT_MS = 500;
const STARTED_WITHIN_MS = 120_000;
/** Time until the last results have arrived: they leave the agent within a second, and a probe may take its timeout. */
const DRAIN_MS = 2_500;
/** Time until the first probes of new targets, which are outside the schedule, no longer have an effect. */
const SETTLE_MS = 2_000;

/** Options of the shipped unit: packaging/agent.service. */
export const NODE_OPTIONS = ['--max-old-space-size=384', '--max-semi-space-size=16'];

/** Returns addresses of loopback; on Linux all of them reply. */
export function loopbackAddresses(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `127.${16 + (at >> 16)}.${(at >> 8) & 255}.${at & 255}`);
}

/** Runs the shipped agent in steady state for `spanMs`, against a gateway in this process. */
export async function runAgent(load: AgentLoad): Promise<AgentRun> {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'bench-agent-'));
  const gateway = await AgentGateway.open();
  gateway.assignTargets(loopbackAddresses(load.targets), load.intervalMs, TIMEOUT_MS);
  const profiling = load.profile ? ['--cpu-prof', '--cpu-prof-dir=artefacts/profiles'] : [];
  const agent = startAgent(dir, gateway, {
    command: [process.execPath, ...NODE_OPTIONS, ...profiling],
    allow: '127.0.0.0/8',
  });
  try {
    await settled(agent, gateway, load);
    gateway.clear();
    const pid = agent.pid ?? 0;
    const fromMs = Date.now();
    const before = cpuOf(pid);
    await pause(load.spanMs);
    const toMs = Date.now();
    const after = cpuOf(pid);
    await pause(DRAIN_MS);
    const accepted = gateway.accepted(fromMs, toMs, load.intervalMs);
    return {
      ...accepted,
      spanMs: toMs - fromMs,
      agentCpuS: after.ownS - before.ownS,
      fpingCpuS: after.childrenS - before.childrenS,
      bodyBytesPerResult: gateway.bodyBytesPerResult,
    };
  } finally {
    await stopAgent(agent);
    await gateway.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Starts the shipped agent with a new state in `dir`. `command` runs its file; `allow` is the range of its policy file. */
export function startAgent(
  dir: string,
  gateway: AgentGateway,
  { command, allow }: { command: readonly string[]; allow: string },
): ChildProcess {
  const policyFile = path.join(dir, 'policy.yaml');
  writeFileSync(policyFile, `allow: [${allow}]\npacketsPerSecond: 20000\ntraces: false\n`);
  const [program, ...options] = command;
  return spawn(program, [...options, path.join(distDir(), 'apps/agent/main.js')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      ICMPMON_AGENT_ENROL_URL: gateway.enrolUrl,
      ICMPMON_AGENT_ENROL_TOKEN: gateway.token,
      ICMPMON_AGENT_CA_SHA256: gateway.caSha256,
      ICMPMON_AGENT_NAME: 'bench',
      ICMPMON_AGENT_STATE_DIR: path.join(dir, 'state'),
      ICMPMON_AGENT_POLICY_FILE: policyFile,
      ICMPMON_OPS_PORT: '0',
    },
  });
}

/** Waits until the agent has probed all targets and follows its schedule. @throws Error if it does not */
export async function settled(
  agent: ChildProcess,
  gateway: AgentGateway,
  load: Pick<AgentLoad, 'targets' | 'intervalMs'>,
): Promise<void> {
  await until(() => gateway.targetsSeen >= load.targets, load.intervalMs + STARTED_WITHIN_MS, agent);
  await pause(SETTLE_MS);
}

export async function stopAgent(agent: ChildProcess): Promise<void> {
  const ended = once(agent, 'exit');
  if (agent.exitCode === null && agent.kill('SIGTERM')) await ended;
}

/** Returns the folder of built apps. This tool is dist/bench/main.js. */
function distDir(): string {
  return process.env['ICMPMON_DIST_DIR'] ?? path.resolve(import.meta.dirname, '..');
}

/** Returns the CPU seconds of a process over all its threads, in ns resolution, and of its exited children, in 10 ms resolution. */
export function cpuOf(pid: number): { ownS: number; childrenS: number } {
  let ownNs = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    ownNs += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]);
  }
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { ownS: ownNs / 1e9, childrenS: (Number(fields[13]) + Number(fields[14])) / 100 };
}

async function until(done: () => boolean, withinMs: number, agent: ChildProcess): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  while (!done()) {
    if (agent.exitCode !== null) throw new Error(`The agent exited with code ${agent.exitCode}. See its log above.`);
    if (performance.now() > deadlineMs) throw new Error(`The agent did not probe all targets within ${withinMs} ms.`);
    await pause(200);
  }
}
