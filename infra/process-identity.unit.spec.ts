import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { end, endGroup, goneWithin, identify, type Identity, isAlive, signal } from './process-identity.mjs';

const children: ChildProcess[] = [];

function sleeper(script = 'exec sleep 60'): number {
  const child = spawn('sh', ['-c', script], { stdio: 'ignore', detached: true });
  children.push(child);
  if (child.pid === undefined) throw new Error('sh did not start');
  return child.pid;
}

function identified(pid: number): Identity {
  const identity = identify(pid);
  if (identity === undefined) throw new Error(`there is no process ${pid}`);
  return identity;
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

it('does not signal a process with the same pid but another start time', async () => {
  const identity = identified(sleeper());
  const stale = { ...identity, startTime: '1' };
  expect(isAlive(identity)).toBe(true);
  expect(isAlive(stale)).toBe(false);
  expect(signal(stale, 'SIGKILL')).toBe(false);
  await end(stale);
  expect(isAlive(identity)).toBe(true);
});

it('does not match a pid of an earlier boot', () => {
  expect(isAlive({ ...identified(sleeper()), bootId: 'earlier' })).toBe(false);
});

it('ends a process that handles SIGTERM, and kills one that ignores it', async () => {
  const willing = identify(sleeper());
  await end(willing, { patienceMs: 10_000 });
  expect(isAlive(willing)).toBe(false);
  const stubborn = identify(sleeper("trap '' TERM; while :; do sleep 0.05; done"));
  await end(stubborn, { patienceMs: 300 });
  expect(isAlive(stubborn)).toBe(false);
});

it('ends a group whose leader has already exited, including members that ignore SIGTERM', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'group-')), 'pids');
  const stubborn = "trap '' TERM; while :; do sleep 0.05; done";
  const leader = sleeper(`sleep 60 & echo $! > ${file}; (${stubborn}) & echo $! >> ${file}; exit 0`);
  await goneWithin(identify(leader), 10_000);
  const left = readFileSync(file, 'utf8').trim().split('\n').map(Number).map(identify);
  expect(left.map(isAlive)).toEqual([true, true]);
  await endGroup(leader, { patienceMs: 300 });
  expect(left.map(isAlive)).toEqual([false, false]);
  await endGroup(leader);
});

it('returns no identity for a process that does not exist', () => {
  expect(identify(2 ** 22 + 1)).toBeUndefined();
});
