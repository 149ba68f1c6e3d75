import { spawn } from 'node:child_process';
import { expect, it, onTestFinished, vi } from 'vitest';
import { watchLife } from './liveness.mjs';
import { identify, isAlive } from './process-identity.mjs';

const within = { timeout: 20_000 };
const quick = { everyMs: 10, missesBeforeKill: 3 };

function process(): object | undefined {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return identify(child.pid);
}

/** A service that gives the answers one after another, and the last of them for ever. */
function answering(...answers: boolean[]) {
  let asked = 0;
  const answer = async (): Promise<boolean> => answers[Math.min(asked++, answers.length - 1)] ?? false;
  return { service: { name: 'app', ready: answer, live: answer }, asked: () => asked };
}

it('kills a process that was ready and then misses several answers in a row', async () => {
  const identity = process();
  const lines: string[] = [];
  const { service, asked } = answering(false, false, false, false, true, false, false, true, false);
  await watchLife(service, identity, { ...quick, report: (line: string) => lines.push(line) });
  await vi.waitFor(() => expect(isAlive(identity)).toBe(false), within);
  expect(asked()).toBe(11);
  expect(lines).toEqual(['app does not answer any more; killing it']);
});

it('leaves a process alone that was never ready, and forgets one that has ended', async () => {
  const identity = process();
  const { service, asked } = answering(false);
  const watched = watchLife(service, identity, quick);
  await vi.waitFor(() => expect(asked()).toBeGreaterThan(10), within);
  expect(isAlive(identity)).toBe(true);
  globalThis.process.kill(Number(Object(identity).pid), 'SIGKILL');
  await watched;
});
