import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { NextFunction, Request, Response } from 'express';
import express from 'express';
import { NEVER, type Observable, of, Subject, throwError } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Authenticator } from './authenticator';
import { messageBytes, openStreams, sendEventStream } from './event-stream';
import { STREAMS_MAX } from './open-streams';
import type { Principal } from './permission';
import { INTERNAL_PROBLEM, problemOf } from './problem';
import { sendProblem } from './problem-filter';
import type { StreamPart } from './stream-sources';

class Doorkeeper extends Authenticator {
  valid: () => Promise<boolean> = () => Promise.resolve(true);

  override authenticate(): Promise<Principal | null> {
    return Promise.resolve(null);
  }

  override stillValid(): Promise<boolean> {
    return this.valid();
  }
}

const PRINCIPAL: Principal = {
  ...{ kind: 'user', id: 'u', name: 'u', role: 'viewer', permissions: [], scope: null, sessionId: 's' },
};
const WAIT = { timeout: 20_000 };
const doorkeeper = new Doorkeeper();
let server: Server | null = null;
let sockets: Socket[] = [];

afterEach(async () => {
  vi.useRealTimers();
  doorkeeper.valid = () => Promise.resolve(true);
  server?.closeAllConnections();
  server?.close();
  if (server !== null) await once(server, 'close');
  server = null;
});

async function serve(source: Observable<StreamPart>, guard?: (request: Request) => Promise<void>): Promise<number> {
  const app = express();
  app.use(async (request: Request, _response: Response, next: NextFunction) => {
    await guard?.(request);
    next();
  });
  app.get('/', (request: Request, response: Response) =>
    sendEventStream(request, response, { principal: PRINCIPAL, authenticator: doorkeeper, sources: [source] }),
  );
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    sendProblem(request, response, problemOf(error) ?? INTERNAL_PROBLEM);
  });
  const listening = createServer(app).listen(0, '127.0.0.1');
  sockets = [];
  listening.on('connection', (socket) => sockets.push(socket));
  server = listening;
  await once(listening, 'listening');
  const address = listening.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const read = async (port: number): Promise<string> => (await fetch(`http://127.0.0.1:${port}/`)).text();

describe('an event stream', () => {
  it('sends the events of its sources and ends when they complete', async () => {
    const text = await read(await serve(of({ id: '1', event: 'a', data: 1 }, { event: 'b', data: 2 })));
    expect(text).toMatch(/^retry: \d+\n\nid: 1\nevent: a\ndata: 1\n\nevent: b\ndata: 2\n\n$/);
  });

  it('ends when a source fails, so that the client reconnects', async () => {
    await expect(read(await serve(throwError(() => new Error('the database connection was lost'))))).resolves.toContain(
      'retry',
    );
  });

  it('drops a client that reads too slowly, and unsubscribes from the sources', async () => {
    const source = new Subject<StreamPart>();
    const port = await serve(source);
    const client = connect(port, '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    client.pause();
    client.on('error', () => client.destroy());
    await expect.poll(() => source.observed, WAIT).toBe(true);
    const data = 'x'.repeat(100_000);
    await expect
      .poll(() => {
        for (let n = 0; n < 20; n += 1) source.next({ event: 'a', data });
        return source.observed;
      }, WAIT)
      .toBe(false);
    client.destroy();
  });

  it('drops a client that took no byte between two heartbeats, even if little is unsent', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] });
    const source = new Subject<StreamPart>();
    const port = await serve(source);
    const client = connect(port, '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    client.pause();
    client.on('error', () => client.destroy());
    await vi.waitUntil(() => source.observed, WAIT);
    const [socket] = sockets;
    const bytes = Buffer.alloc(100_000, '\n');
    await vi.waitUntil(() => {
      if (socket.writableLength === 0) source.next(bytes);
      return socket.writableLength > 0;
    }, WAIT);
    expect(socket.writableLength).toBeLessThan(1024 * 1024);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(source.observed).toBe(true);
    await vi.advanceTimersByTimeAsync(15_000);
    await vi.waitUntil(() => !source.observed, WAIT);
    client.destroy();
  });

  it('sends the same bytes unchanged to all clients', async () => {
    const bytes = messageBytes({ id: '7', event: 'a', data: { b: 1 } });
    const port = await serve(of(bytes, bytes));
    const event = 'id: 7\nevent: a\ndata: {"b":1}\n\n';
    for (const text of await Promise.all([read(port), read(port)])) {
      expect(text.replace(/^retry: \d+\n\n/, '')).toBe(`${event}${event}`);
    }
  });

  it('sends its clients different reconnect delays of one to three seconds', async () => {
    const port = await serve(of({ id: '1', event: 'a', data: 1 }));
    const texts = await Promise.all(Array.from({ length: 20 }, () => read(port)));
    const waits = texts.map((text) => Number(/^retry: (\d+)/.exec(text)?.[1]));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(3_000);
    expect(new Set(waits).size).toBeGreaterThan(10);
  });

  it('is refused with 503 while the server has no free slot', async () => {
    const places = Array.from({ length: STREAMS_MAX }, (_, at) =>
      openStreams.takeSlot({ ...PRINCIPAL, id: String(at % 50) }),
    );
    const port = await serve(NEVER);
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(await answer.json()).toMatchObject({ code: 'unavailable' });
    for (const giveBack of places) giveBack();
  });

  it('does not start and takes no slot for a client that has already disconnected', async () => {
    const source = new Subject<StreamPart>();
    let arrived = false;
    let admitted = false;
    const port = await serve(source, async (request) => {
      arrived = true;
      await once(request.socket, 'close');
      admitted = true;
    });
    const client = connect(port, '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(() => arrived, WAIT).toBe(true);
    client.destroy();
    await expect.poll(() => admitted, WAIT).toBe(true);
    expect(source.observed).toBe(false);
  });

  it.each([
    ['its login ended', () => Promise.resolve(false)],
    [
      'its authorisation cannot be checked for a minute',
      () => Promise.reject(new Error('the database connection was lost')),
    ],
  ])('ends when %s', async (_, valid) => {
    doorkeeper.valid = valid;
    vi.useFakeTimers({ toFake: ['setInterval'] });
    const port = await serve(NEVER);
    const response = await fetch(`http://127.0.0.1:${port}/`);
    const whole = response.text();
    await vi.advanceTimersByTimeAsync(60_000);
    await expect(whole).resolves.toContain('retry: ');
  });

  it('stays open while the database is unavailable for less than a minute', async () => {
    doorkeeper.valid = () => Promise.reject(new Error('the database connection was lost'));
    vi.useFakeTimers({ toFake: ['setInterval'] });
    const port = await serve(NEVER);
    const response = await fetch(`http://127.0.0.1:${port}/`);
    let ended = false;
    const whole = response.text().finally(() => (ended = true));
    await vi.advanceTimersByTimeAsync(50_000);
    doorkeeper.valid = () => Promise.resolve(true);
    await vi.advanceTimersByTimeAsync(50_000);
    expect(ended).toBe(false);
    doorkeeper.valid = () => Promise.resolve(false);
    await vi.advanceTimersByTimeAsync(5_000);
    await expect(whole).resolves.toContain(': alive');
  });
});
