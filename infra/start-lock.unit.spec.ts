import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { readJson } from './private-file.mjs';
import { identify } from './process-identity.mjs';
import { givenLock, releaseLock, takeLock } from './start-lock.mjs';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'start-lock-'));
  file = join(dir, 'start.lock');
});

function other(): { pid: number; startTime: string; bootId: string } {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const identity = identify(child.pid);
  if (identity === undefined) throw new Error('sleep did not start');
  return identity;
}

const hold = (identity: object): void => writeFileSync(file, JSON.stringify(identity));

it('is held by the process that takes it, which may take it again, until it is released', () => {
  expect(takeLock(file)).toBeUndefined();
  expect(readJson(file)).toEqual(identify(process.pid));
  expect(takeLock(file)).toBeUndefined();
  releaseLock(file);
  expect(readdirSync(dir)).toEqual([]);
});

it('is neither taken from a live process nor released for it', () => {
  const holder = other();
  hold(holder);
  expect(takeLock(file)).toEqual(holder);
  releaseLock(file);
  expect(readJson(file)).toEqual(holder);
});

it('is taken over from a process that has ended, even when another process has its pid now', () => {
  hold({ ...other(), startTime: '1' });
  expect(takeLock(file)).toBeUndefined();
  expect(readJson(file)).toEqual(identify(process.pid));
  expect(readdirSync(dir)).toEqual(['start.lock']);
});

it('passes only to the process that its holder started', () => {
  const holder = other();
  hold(holder);
  expect(takeLock(file, { ICMPMON_START_LOCK: String(holder.pid + 1) })).toEqual(holder);
  expect(takeLock(file, { ICMPMON_START_LOCK: String(holder.pid) })).toBeUndefined();
  expect(readJson(file)).toEqual(identify(process.pid));
  expect(givenLock()).toEqual({ ICMPMON_START_LOCK: String(process.pid) });
});

it('is taken by exactly one of several processes that find the lock of an ended process', async () => {
  hold({ ...other(), startTime: '1' });
  const lock = join(import.meta.dirname, 'start-lock.mjs');
  const script = `import { takeLock } from '${lock}'; console.log(takeLock('${file}') ? 'held' : 'mine'); process.stdin.resume();`;
  const children = Array.from({ length: 4 }, () => spawn(process.execPath, ['--input-type=module', '-e', script]));
  onTestFinished(() => children.forEach((child) => child.kill('SIGKILL')));
  const said = await Promise.all(
    children.map((child) => new Promise((resolve) => child.stdout.once('data', (chunk) => resolve(String(chunk))))),
  );
  expect(said.sort()).toEqual(['held\n', 'held\n', 'held\n', 'mine\n']);
  expect(existsSync(file)).toBe(true);
});
