import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Counter } from 'prom-client';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { metrics, type OpsServer, startOpsServer } from './index';
import { CONNECTIONS_MAX, HANGS_AFTER_S } from './ops-thread';

/** Requests both routes from another thread, which wakes this one (`Atomics.wait` on `answered`) when it has the answers. */
function startAsking(port: number) {
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const source = `
    const { parentPort, workerData } = require('node:worker_threads');
    const ask = async (route) => {
      const response = await fetch('http://127.0.0.1:' + workerData.port + route);
      return { status: response.status, body: await response.json() };
    };
    Promise.all([ask('/livez'), ask('/readyz')]).then((answers) => {
      parentPort.postMessage(answers);
      Atomics.store(workerData.answered, 0, 1);
      Atomics.notify(workerData.answered, 0);
    });`;
  const worker = new Worker(source, { eval: true, workerData: { port, answered } });
  return { answered, answers: new Promise((resolve) => worker.once('message', resolve)) as Promise<object[]> };
}

describe('startOpsServer', () => {
  let server: OpsServer | undefined;
  const sockets: Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await server?.close();
    server = undefined;
  });

  const get = (route: string) => fetch(`http://127.0.0.1:${server?.port}${route}`);

  async function connection(): Promise<Socket> {
    const socket = connect({ host: '127.0.0.1', port: server?.port ?? 0 });
    socket.on('error', () => socket.destroy());
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  it('is live immediately, and ready when every part is ready', async () => {
    let kafka = false;
    server = await startOpsServer({
      port: 0,
      readiness: () => ({ database: { ok: true, detail: 'answers' }, kafka: { ok: kafka, detail: 'no broker' } }),
    });
    expect((await get('/livez')).status).toBe(200);
    const notReady = await get('/readyz');
    expect(notReady.status).toBe(503);
    expect(await notReady.json()).toEqual({
      ok: false,
      parts: { database: { ok: true, detail: 'answers' }, kafka: { ok: false, detail: 'no broker' } },
    });
    kafka = true;
    expect((await get('/readyz?verbose')).status).toBe(200);
    expect((await get('/else')).status).toBe(404);
  });

  it('answers 500 when the readiness itself fails', async () => {
    server = await startOpsServer({ port: 0, readiness: () => Promise.reject(new Error('check failed')) });
    const answer = await get('/readyz');
    expect(answer.status).toBe(500);
    expect(await answer.json()).toEqual({ error: 'check failed' });
  });

  it('shows the metrics of the process and of the app', async () => {
    const counter = new Counter({ name: 'icmpmon_test_total', help: 'Test.', registers: [metrics] });
    counter.inc(3);
    server = await startOpsServer({ port: 0, readiness: () => ({}) });
    const body = await (await get('/metrics')).text();
    expect(body).toContain('icmpmon_test_total 3');
    expect(body).toContain('process_cpu_seconds_total');
  });

  it('answers /livez while the event loop is busy, and distinguishes a late turn from a hang', async () => {
    server = await startOpsServer({ port: 0, readiness: () => ({}) });
    const asked = startAsking(server.port);
    // The event loop of this thread makes no turn until the other thread has its answers.
    Atomics.wait(asked.answered, 0, 0, 20_000);
    const [live, ready] = await asked.answers;
    expect(live).toMatchObject({ status: 200, body: { ok: true } });
    expect(ready).toMatchObject({ status: 503, body: { parts: { mainThread: { ok: false } } } });
    expect((await get('/readyz')).status).toBe(200);
  });

  it('is not live when the event loop has made no turn for a minute', async () => {
    const nowS = process.hrtime()[0];
    const clock = vi.spyOn(process, 'hrtime').mockReturnValue([nowS - HANGS_AFTER_S, 0]);
    server = await startOpsServer({ port: 0, readiness: () => ({}) });
    const hangs = await get('/livez');
    expect(hangs.status).toBe(503);
    expect(await hangs.json()).toMatchObject({ ok: false, detail: expect.stringMatching(/no progress .* for \d+ s$/) });
    clock.mockRestore();
    // One turn proves progress.
    await vi.waitFor(async () => expect((await get('/livez')).status).toBe(200), { timeout: 20_000 });
  });

  it('answers /livez while idle connections are held open', async () => {
    server = await startOpsServer({ port: 0, readiness: () => ({}) });
    for (let at = 0; at < 2 * CONNECTIONS_MAX; at++) await connection();
    const silent = await connection();
    expect((await get('/livez')).status).toBe(200);
    // The newest connections were not closed.
    silent.write('GET /livez HTTP/1.1\r\nHost: ops\r\n\r\n');
    expect(String((await once(silent, 'data'))[0])).toContain('200 OK');
  });

  it('closes the connection of a client that sends a second request before the answer', async () => {
    const { promise, resolve } = Promise.withResolvers<Record<string, never>>();
    const asked = vi.fn(() => promise);
    server = await startOpsServer({ port: 0, readiness: asked });
    const hasty = await connection();
    const closed = once(hasty, 'close');
    hasty.write('GET /readyz HTTP/1.1\r\nHost: ops\r\n\r\n'.repeat(500));
    await closed;
    expect((await get('/livez')).status).toBe(200);
    expect(asked).toHaveBeenCalledTimes(1);
    resolve({});
  });

  it('shares one lookup between simultaneous requests', async () => {
    const { promise, resolve } = Promise.withResolvers<Record<string, never>>();
    const asked = vi.fn(() => promise);
    server = await startOpsServer({ port: 0, readiness: asked });
    const waiting = Array.from({ length: 20 }, () => get('/readyz'));
    await vi.waitFor(() => expect(asked).toHaveBeenCalled());
    // A later request is answered, so the earlier ones have arrived and share the lookup.
    expect((await get('/livez')).status).toBe(200);
    resolve({});
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(waiting.map(() => 200));
    expect(asked.mock.calls.length).toBeLessThan(waiting.length);
  });

  it('reports a port that is in use', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    // Many at the same time: the cause must not get lost when a thread exits before its message is delivered.
    const starts = Array.from({ length: 24 }, () => startOpsServer({ port, readiness: () => ({}) }));
    for (const start of await Promise.allSettled(starts)) {
      expect(start).toMatchObject({
        reason: { message: `Port ${port} is in use. Set ICMPMON_OPS_PORT to a free one.` },
      });
    }
    other.close();
  });
});
