import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { watchLife } from './liveness.mjs';
import { freePort } from './ports.mjs';
import { identify, type Identity, isAlive } from './process-identity.mjs';
import { hangCauseOf } from './services/ready.mjs';

const within = { timeout: 20_000 };
const quick = { everyMs: 10, missesBeforeKill: 3 };

function process(): Identity {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const identity = identify(child.pid);
  if (identity === undefined) throw new Error('sleep did not start');
  return identity;
}

/** A service that gives the answers in order, and repeats the last one. */
function answering(...answers: boolean[]) {
  let asked = 0;
  const answer = async (): Promise<boolean> => answers[Math.min(asked++, answers.length - 1)] ?? false;
  const hangCause = async (): Promise<string | undefined> => ((await answer()) ? undefined : 'no progress');
  return { service: { name: 'app', ready: answer, hangCause }, asked: () => asked };
}

it('kills a process that was ready and then fails several checks in a row', async () => {
  const identity = process();
  const lines: string[] = [];
  const { service, asked } = answering(false, false, false, false, true, false, false, true, false);
  await watchLife(service, identity, { ...quick, report: (line: string) => lines.push(line) });
  await vi.waitFor(() => expect(isAlive(identity)).toBe(false), within);
  expect(asked()).toBe(11);
  expect(lines).toEqual(['app hangs (no progress); killing it with SIGKILL']);
});

it('leaves a process alone that was never ready, and stops watching one that has exited', async () => {
  const identity = process();
  const { service, asked } = answering(false);
  const watched = watchLife(service, identity, quick);
  await vi.waitFor(() => expect(asked()).toBeGreaterThan(10), within);
  expect(isAlive(identity)).toBe(true);
  globalThis.process.kill(Number(Object(identity).pid), 'SIGKILL');
  await watched;
});

describe('the answer of /livez', () => {
  async function serving(status: number, body: string): Promise<string> {
    const server = createServer((_, response) => void response.writeHead(status).end(body));
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/livez`;
  }

  it('is named when the process hangs or does not answer, and not when it is slow', async () => {
    expect(await hangCauseOf(await serving(200, '{"ok":true,"lastProgressS":41}'))).toBeUndefined();
    expect(await hangCauseOf(await serving(503, '{"ok":false}'))).toBe('503: {"ok":false}');
    expect(await hangCauseOf(`http://127.0.0.1:${await freePort()}/livez`)).toMatch(/^no answer: .*ECONNREFUSED/);
  });
});
