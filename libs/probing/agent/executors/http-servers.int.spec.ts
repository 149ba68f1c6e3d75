import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server as HttpServer } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer as createTcp, type Server } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { OUTCOME } from '@icmp-mon/probing/contract';
import type { CheckDefinition } from '@icmp-mon/tiers/contract';
import { afterEach, expect, it, vi } from 'vitest';
import { requestHttp } from './http-request';
import { probeSlice, unwatchedExecutor } from './socket-slice.test-executor';

const HOST = '127.0.0.1';
const open: { close(): unknown }[] = [];

afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function portOfServer(server: Server | HttpServer): Promise<number> {
  server.listen(0, HOST);
  open.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function outcomeAt(port: number, check: Partial<CheckDefinition> = {}): Promise<number | undefined> {
  const executor = unwatchedExecutor('http', requestHttp);
  const { outcomes } = await probeSlice(executor, [HOST], { scheme: 'http', port, ...check }, { timeoutMs: 5_000 });
  return outcomes[0];
}

/** Returns a certificate that is valid from now on. */
function certificateOf(days: number): { key: Buffer; cert: Buffer } {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'http-check-'));
  const [key, cert] = [path.join(dir, 'key.pem'), path.join(dir, 'cert.pem')];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=x'];
  execFileSync('openssl', [...request, '-days', String(days), '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const files = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(dir, { recursive: true });
  return files;
}

// Faults that other monitors had, each with a server that provokes it.

it('an interim response is not the answer', async () => {
  const server = createServer((_request, response) =>
    response.writeEarlyHints({ link: '</a.css>; rel=preload' }, () => response.end('fine')),
  );
  expect(await outcomeAt(await portOfServer(server), { contains: 'fine', status: 200 })).toBe(OUTCOME.reply);
});

it('a body without an end is read up to the limit', async () => {
  const server = createServer((_request, response) => {
    const send = (): void => {
      while (response.write('x'.repeat(10_000)));
      response.once('drain', send);
    };
    send();
  });
  const port = await portOfServer(server);
  expect(await outcomeAt(port)).toBe(OUTCOME.reply);
  expect(await outcomeAt(port, { contains: 'fine' })).toBe(OUTCOME.mismatch);
});

it('a body that ends before its length is a mismatch', async () => {
  const server = createTcp((socket) => {
    const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nfine';
    socket.on('error', () => undefined).once('data', () => socket.end(answer));
  });
  expect(await outcomeAt(await portOfServer(server), { contains: 'fine' })).toBe(OUTCOME.mismatch);
});

it('a text is found although a packet ends within one of its characters', async () => {
  const text = Buffer.from('für alle');
  const server = createServer((_request, response) => {
    response.write(text.subarray(0, 2));
    setTimeout(() => response.end(text.subarray(2)), 50);
  });
  expect(await outcomeAt(await portOfServer(server), { contains: 'für alle' })).toBe(OUTCOME.reply);
});

it('a server that compresses unless the request forbids it sends a text that is found', async () => {
  const server = createServer(({ headers }, response) => {
    if (headers['accept-encoding'] === 'identity') return void response.end('all is fine');
    response.setHeader('content-encoding', 'gzip');
    response.end(gzipSync('all is fine'));
  });
  expect(await outcomeAt(await portOfServer(server), { contains: 'fine' })).toBe(OUTCOME.reply);
});

it('HTTPS: a certificate that is not valid yet is a mismatch where days are demanded', async () => {
  const port = await portOfServer(createHttps(certificateOf(90), (_request, response) => response.end('fine')));
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 2 * 86_400_000 });
  try {
    expect(await outcomeAt(port, { scheme: 'https' })).toBe(OUTCOME.reply);
    expect(await outcomeAt(port, { scheme: 'https', certificateDays: 9 })).toBe(OUTCOME.mismatch);
  } finally {
    vi.useRealTimers();
  }
});

it('HTTPS: a renewed certificate is seen by the next request', async () => {
  const server = createHttps(certificateOf(2), (_request, response) => response.end('fine'));
  const port = await portOfServer(server);
  expect(await outcomeAt(port, { scheme: 'https', certificateDays: 5 })).toBe(OUTCOME.mismatch);
  server.setSecureContext(certificateOf(20));
  expect(await outcomeAt(port, { scheme: 'https', certificateDays: 5 })).toBe(OUTCOME.reply);
});

it.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'HTTPS: a server that demands a certificate has answered (%s)',
  async (maxVersion) => {
    const demands = { requestCert: true, rejectUnauthorized: true, maxVersion };
    const server = createHttps({ ...certificateOf(9), ...demands }, (_request, response) => response.end('fine'));
    expect(await outcomeAt(await portOfServer(server), { scheme: 'https' })).toBe(OUTCOME.mismatch);
  },
);
