import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import type { NextFunction, Request, Response } from 'express';
import express from 'express';
import { NEVER, type Observable, of, Subject, throwError } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Authenticator } from './authenticator';
import { sendEventStream } from './event-stream';
import type { Principal } from './permission';
import type { StreamMessage } from './stream-sources';

class Doorkeeper extends Authenticator {
  valid: () => Promise<boolean> = () => Promise.resolve(true);

  override authenticate(): Promise<Principal | null> {
    return Promise.resolve(null);
  }

  override stillValid(): Promise<boolean> {
    return this.valid();
  }
}

const PRINCIPAL: Principal = { kind: 'user', id: 'u', name: 'u', role: 'viewer', permissions: [], sessionId: 's' };
const WAIT = { timeout: 20_000 };
const doorkeeper = new Doorkeeper();
let server: Server | null = null;

afterEach(async () => {
  vi.useRealTimers();
  doorkeeper.valid = () => Promise.resolve(true);
  server?.closeAllConnections();
  server?.close();
  if (server !== null) await once(server, 'close');
  server = null;
});

async function serve(source: Observable<StreamMessage>, guard?: (request: Request) => Promise<void>): Promise<number> {
  const app = express();
  app.use(async (request: Request, _response: Response, next: NextFunction) => {
    await guard?.(request);
    next();
  });
  app.get('/', (request: Request, response: Response) =>
    sendEventStream(request, response, { principal: PRINCIPAL, authenticator: doorkeeper, sources: [source] }),
  );
  const listening = createServer(app).listen(0, '127.0.0.1');
  server = listening;
  await once(listening, 'listening');
  const address = listening.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const read = async (port: number): Promise<string> => (await fetch(`http://127.0.0.1:${port}/`)).text();

describe('an event stream', () => {
  it('sends what its sources say and ends with them', async () => {
    const text = await read(await serve(of({ id: '1', event: 'a', data: 1 }, { event: 'b', data: 2 })));
    expect(text).toBe('retry: 2000\n\nid: 1\nevent: a\ndata: 1\n\nevent: b\ndata: 2\n\n');
  });

  it('ends when a source fails, so that the client comes back', async () => {
    await expect(read(await serve(throwError(() => new Error('the database went'))))).resolves.toContain('retry');
  });

  it('drops a client that reads too slowly, and stops listening for it', async () => {
    const source = new Subject<StreamMessage>();
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

  it('is not begun for a client that left before, and takes no place', async () => {
    const source = new Subject<StreamMessage>();
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
    ['nobody can tell whether it is still allowed', () => Promise.reject(new Error('the database went'))],
  ])('ends when %s', async (_, valid) => {
    doorkeeper.valid = valid;
    vi.useFakeTimers({ toFake: ['setInterval'] });
    const port = await serve(NEVER);
    const response = await fetch(`http://127.0.0.1:${port}/`);
    const whole = response.text();
    await vi.advanceTimersByTimeAsync(60_000);
    await expect(whole).resolves.toContain(': alive');
  });
});
