import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { identify, isAlive } from './process-identity.mjs';
import { runInGroup } from './test-runner.mjs';
import { endAbandonedRuns } from './test-runs.mjs';

const stubborn = "trap '' TERM; while :; do sleep 0.05; done";
const patienceMs = 300;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'test-runner-'));
});

const pidIn = (file: string): number => Number(existsSync(file) ? readFileSync(file, 'utf8') : 0);

describe('a test run', () => {
  it("leaves no process running, and exits with the runner's code", async () => {
    const file = join(dir, 'pid');
    // The runner continues until the test creates a file, so that its child can be identified while it is alive.
    const script = `(${stubborn}) & echo $! > ${file}; while [ ! -e ${dir}/go ]; do sleep 0.05; done; exit 3`;
    const { code } = runInGroup('sh', ['-c', script], { patienceMs });
    await vi.waitFor(() => expect(pidIn(file)).toBeGreaterThan(1), { timeout: 20_000 });
    const left = identify(pidIn(file));
    expect(isAlive(left)).toBe(true);
    writeFileSync(join(dir, 'go'), '');
    expect(await code).toBe(3);
    expect(isAlive(left)).toBe(false);
  });

  it('that is interrupted ends with all its processes, even if they ignore SIGTERM', async () => {
    const file = join(dir, 'pid');
    const { code, interrupt } = runInGroup('sh', ['-c', `(${stubborn}) & echo $! > ${file}; ${stubborn}`], {
      patienceMs,
    });
    await vi.waitFor(() => expect(pidIn(file)).toBeGreaterThan(1), { timeout: 20_000 });
    const left = identify(pidIn(file));
    interrupt();
    interrupt();
    expect(await code).toBe(1);
    expect(isAlive(left)).toBe(false);
  });

  it('whose runner cannot be started fails', async () => {
    const { code, interrupt } = runInGroup('/does/not/exist', []);
    interrupt();
    await expect(code).rejects.toThrow('ENOENT');
  });
});

describe('endAbandonedRuns', () => {
  function leftBy(name: string, owner?: object) {
    const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    const identity = identify(child.pid);
    mkdirSync(join(dir, name));
    const supervisor = { pid: 1, startTime: '-1' };
    const state = { state: 'ready', supervisor, children: [{ name: 'kafka', ...identity }] };
    writeFileSync(join(dir, name, 'supervisor.json'), JSON.stringify(state));
    if (owner) writeFileSync(join(dir, name, 'owner.json'), JSON.stringify(owner));
    return identity;
  }

  it('ends and removes what killed runs left behind, and nothing of a running test', async () => {
    const abandoned = [leftBy('run'), leftBy('e2e-ended', { pid: 1, startTime: '-1' })];
    const kept = leftBy('e2e-going-on', identify(process.pid));
    await endAbandonedRuns(dir);
    expect(abandoned.map(isAlive)).toEqual([false, false]);
    expect(isAlive(kept)).toBe(true);
    expect(['run', 'e2e-ended', 'e2e-going-on'].map((name) => existsSync(join(dir, name)))).toEqual([
      false,
      false,
      true,
    ]);
  });
});
