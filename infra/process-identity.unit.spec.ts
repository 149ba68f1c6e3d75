import { spawn, type ChildProcess } from 'node:child_process';
import { afterEach, expect, it } from 'vitest';
import { end, identify, isAlive, signal } from './process-identity.mjs';

const children: ChildProcess[] = [];

function sleeper(script = 'exec sleep 60'): number {
  const child = spawn('sh', ['-c', script], { stdio: 'ignore', detached: true });
  children.push(child);
  if (child.pid === undefined) throw new Error('sh did not start');
  return child.pid;
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

it('takes a process with the same pid but another start time for somebody else and does not signal it', async () => {
  const identity = identify(sleeper());
  const stale = { ...identity, startTime: '1' };
  expect(isAlive(identity)).toBe(true);
  expect(isAlive(stale)).toBe(false);
  expect(signal(stale, 'SIGKILL')).toBe(false);
  await end(stale);
  expect(isAlive(identity)).toBe(true);
});

it('takes a pid of an earlier boot for somebody else', () => {
  expect(isAlive({ ...identify(sleeper()), bootId: 'earlier' })).toBe(false);
});

it('ends a process that listens, and kills one that does not', async () => {
  const willing = identify(sleeper());
  await end(willing, { patienceMs: 10_000 });
  expect(isAlive(willing)).toBe(false);
  const stubborn = identify(sleeper("trap '' TERM; while :; do sleep 0.05; done"));
  await end(stubborn, { patienceMs: 300 });
  expect(isAlive(stubborn)).toBe(false);
});

it('has no identity for a process that is not there', () => {
  expect(identify(2 ** 22 + 1)).toBeUndefined();
});
