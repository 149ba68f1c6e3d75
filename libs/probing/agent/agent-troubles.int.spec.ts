import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { pause } from '@icmp-mon/platform/concurrency';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeGateway } from './fake-gateway.test-server';

const WITHIN = { timeout: 60_000, interval: 100 };
const TARGETS = Array.from({ length: 40 }, (_, at) => `127.4.0.${at + 1}`);
const TIMEOUT_MS = 300;
/** Longer than the timeout, and than every grace of the agent for a slow machine. */
const TROUBLE_MS = 5_000;
const root = path.resolve(import.meta.dirname, '../../..');

/** All targets reply all the time: every miss would be a false one. */
describe('a real agent process whose machine is in trouble has no false miss', () => {
  let dir: string;
  let program: string;
  let gateway: FakeGateway;
  let agent: ChildProcess;

  beforeAll(async () => {
    dir = mkdtempSync(path.join(os.tmpdir(), 'agent-troubles-'));
    program = path.join(dir, 'agent.mjs');
    await build({
      ...{ absWorkingDir: root, tsconfig: path.join(root, 'tsconfig.base.json'), outfile: program },
      entryPoints: [path.join(import.meta.dirname, 'agent.test-process.ts')],
      ...{ bundle: true, platform: 'node', format: 'esm', logLevel: 'silent' },
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
  }, 60_000);
  afterAll(() => rmSync(dir, { recursive: true }));

  beforeEach(async () => {
    gateway = await FakeGateway.open();
    gateway.assignTargets(TARGETS, 1_000, TIMEOUT_MS);
    const stateDir = mkdtempSync(path.join(dir, 'state-'));
    writeFileSync(path.join(stateDir, 'policy.yaml'), 'allow: ["127.0.0.0/8"]\n');
    const options = { enrolUrl: gateway.enrolUrl, caSha256: gateway.caSha256, stateDir: path.join(stateDir, 'state') };
    const policy = { policyFile: path.join(stateDir, 'policy.yaml') };
    agent = spawn(process.execPath, [program, JSON.stringify({ ...options, ...policy })], {
      cwd: root,
      stdio: 'inherit',
    });
    await expect.poll(() => new Set(replies().map(([key]) => key)).size, WITHIN).toBe(TARGETS.length);
  }, 90_000);
  afterEach(async () => {
    if (agent.exitCode === null && agent.signalCode === null) {
      agent.kill('SIGCONT');
      agent.kill('SIGKILL');
      await once(agent, 'exit');
    }
    await gateway.close();
  });

  const replies = () => gateway.results.filter(([, , outcome]) => outcome === OUTCOME.reply);
  const fpings = (): string[] => {
    const file = `/proc/${agent.pid}/task/${agent.pid}/children`;
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split(' ').filter(Boolean) : [];
  };
  const signal = (name: string, pids: readonly (string | number | undefined)[]): void => {
    for (const pid of pids) {
      try {
        execFileSync('kill', [`-${name}`, String(pid)], { stdio: 'ignore' });
      } catch {
        // An fping that has ended meanwhile.
        continue;
      }
    }
  };

  /** Resolves when each target has replied to a probe that was sent after the trouble. */
  async function measuresAgain(): Promise<void> {
    const before = gateway.results.length;
    await expect
      .poll(() => new Set(gateway.results.slice(before).map(([key]) => key)).size, WITHIN)
      .toBe(TARGETS.length);
    await pause(2_000);
  }

  function expectNoFalseMiss(): void {
    const misses = gateway.results.filter(([, , outcome]) => outcome !== OUTCOME.reply);
    expect(misses).toEqual([]);
    const slowest = Math.max(...replies().map(([, , , rttUs]) => rttUs));
    expect(slowest, 'a round trip does not contain the trouble').toBeLessThan(TIMEOUT_MS * 1_000);
  }

  it.each([
    ['the agent is stopped', () => [agent.pid]],
    ['fping is stopped', () => fpings()],
    ['the agent and fping are stopped, as by a suspended machine', () => [agent.pid, ...fpings()]],
  ])(
    'when %s',
    async (_what, pids) => {
      for (let time = 0; time < 2; time++) {
        const stopped = pids();
        signal('STOP', stopped);
        await pause(TROUBLE_MS);
        signal('CONT', stopped);
        await measuresAgain();
      }
      expectNoFalseMiss();
    },
    120_000,
  );

  it('when its clock is set by an hour, forth and back, and dates no result by more than that step', async () => {
    for (let step = 0; step < 4; step++) {
      signal('USR2', [agent.pid]);
      await pause(3_000);
    }
    await measuresAgain();
    expectNoFalseMiss();
    const newest = Math.max(...gateway.results.slice(-TARGETS.length).map(([, sentAtMs]) => sentAtMs));
    expect(Math.abs(newest - Date.now())).toBeLessThan(10_000);
  }, 120_000);
});
