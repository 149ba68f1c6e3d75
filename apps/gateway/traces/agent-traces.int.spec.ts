import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TraceMessage } from '@icmp-mon/paths/contract';
import { freePort } from '@icmp-mon/platform/testing';
import { bundleOf } from '@icmp-mon/platform/workspace';
import { Netns } from '@icmp-mon/probing/agent/testing';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewayFixture } from '../gateway.test-fixture';
import { assignTargets, readTraces } from './traced-targets.test-fixture';

const WITHIN = { timeout: 60_000, interval: 200 };
const TARGETS = ['127.6.0.1', '127.6.0.2', '127.6.0.3'];
const canTrace = process.getuid?.() === 0 && existsSync('/usr/bin/mtr');

/** The agent as a process, whose pings run in a namespace, so that targets can be cut off; its traces are of this machine. */
describe.skipIf(!canTrace)('an agent that traces by itself', () => {
  let dir: string;
  let fixture: GatewayFixture;
  let network: Netns;
  let agent: ChildProcess;
  let env: NodeJS.ProcessEnv;

  const state = (...names: string[]): string => path.join(dir, 'state', ...names);
  const startAgent = (): void => {
    agent = spawn(process.execPath, [path.join(dir, 'main.mjs')], { stdio: ['ignore', 'ignore', 'inherit'], env });
  };
  const stopAgent = async (signal: NodeJS.Signals): Promise<void> => {
    if (agent.exitCode !== null || agent.signalCode !== null) return;
    const ended = once(agent, 'exit');
    agent.kill(signal);
    await ended;
  };
  const tracesOf = async (targetId: string | undefined, cause: string): Promise<TraceMessage[]> =>
    (await readTraces(fixture)).filter(({ report }) => report.targetId === targetId && report.cause === cause);
  const spooled = (): string[] => (existsSync(state('traces')) ? readdirSync(state('traces')) : []);

  beforeAll(async () => {
    dir = mkdtempSync(path.join(tmpdir(), 'icmpmon-traces-'));
    const ports = { agentPort: await freePort(), enrolPort: await freePort() };
    fixture = await GatewayFixture.open({ ...ports, publicGatewayUrl: `https://127.0.0.1:${ports.agentPort}` });
    network = new Netns();
    network.runCommand('nft "add table ip t; add chain ip t c { type filter hook input priority 0; }"');
    const fping = path.join(dir, 'fping');
    writeFileSync(fping, `#!/bin/sh\n${network.exec} /usr/bin/fping "$@"\n`);
    chmodSync(fping, 0o755);
    writeFileSync(path.join(dir, 'policy.yaml'), 'allow: ["127.6.0.0/16"]\ntraceNames: false\n');
    writeFileSync(path.join(dir, 'ca.pem'), fixture.ca.pem);
    mkdirSync(state());
    const bundle = bundleOf('agent');
    await build({ ...bundle, outfile: path.join(dir, 'main.mjs') });
    symlinkSync(path.join(bundle.absWorkingDir, 'node_modules'), path.join(dir, 'node_modules'));
    env = {
      PATH: process.env['PATH'],
      ICMPMON_AGENT_ENROL_URL: `https://127.0.0.1:${ports.enrolPort}`,
      ICMPMON_AGENT_ENROL_TOKEN: await fixture.enrolmentToken(),
      ICMPMON_AGENT_CA_FILE: path.join(dir, 'ca.pem'),
      ICMPMON_AGENT_NAME: 'pop-1',
      ICMPMON_AGENT_STATE_DIR: state(),
      ICMPMON_AGENT_POLICY_FILE: path.join(dir, 'policy.yaml'),
      ICMPMON_AGENT_FPING_PATH: fping,
      ICMPMON_LOG_LEVEL: process.env['ICMPMON_LOG_LEVEL'],
      ICMPMON_OPS_PORT: '0',
    };
    startAgent();
  }, 120_000);

  afterAll(async () => {
    await stopAgent('SIGTERM');
    await fixture.close();
    network.remove();
    rmSync(dir, { recursive: true });
  });

  it('reports new targets once, and each that goes bad once, also when the gateway is away and the agent is killed', async () => {
    const { database } = fixture;
    const agents = (): Promise<{ id: string }[]> => database.query(`SELECT id FROM agent WHERE name = 'pop-1'`);
    await expect.poll(async () => (await agents()).length, WITHIN).toBe(1);
    const agentId = (await agents())[0]?.id ?? '';
    const ids = await assignTargets(fixture, agentId, TARGETS);
    for (const [key, id] of ids) {
      await expect.poll(async () => (await tracesOf(id, 'schedule')).length, WITHIN).toBe(1);
      const [message] = await tracesOf(id, 'schedule');
      const trace = { target: TARGETS[key - 1], addresses: [TARGETS[key - 1]] };
      expect(message).toMatchObject({ agentId, report: { end: { ok: true }, trace, commandId: null } });
      expect(message?.report.trace.rounds).toHaveLength(10);
    }

    network.runCommand(`nft add rule ip t c ip daddr ${TARGETS[1]} drop`);
    await expect.poll(async () => (await tracesOf(ids.get(2), 'bad')).length, WITHIN).toBe(1);

    const startGateway = await fixture.stopGateway();
    network.runCommand(`nft add rule ip t c ip daddr ${TARGETS[2]} drop`);
    await expect.poll(() => spooled().filter((name) => name.endsWith('.bad.json')).length, WITHIN).toBe(1);
    await stopAgent('SIGKILL');
    await startGateway();
    startAgent();
    await expect.poll(async () => (await tracesOf(ids.get(3), 'bad')).length, WITHIN).toBe(1);
    await expect.poll(spooled, WITHIN).toEqual([]);
    const all = await readTraces(fixture);
    expect(all.map(({ report }) => report.cause).sort()).toEqual(['bad', 'bad', 'schedule', 'schedule', 'schedule']);
  }, 180_000);
});
