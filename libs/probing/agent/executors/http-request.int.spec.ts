import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer as createTcp, type Server } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createServer as createTls } from 'node:tls';
import { OUTCOME } from '@icmp-mon/probing/contract';
import type { CheckDefinition } from '@icmp-mon/tiers/contract';
import { afterEach, expect, it } from 'vitest';
import { requestHttp } from './http-request';
import { probeSlice, unwatchedExecutor } from './socket-slice.test-executor';

const HOST = '127.0.0.1';
const open: { close(): unknown }[] = [];

afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function portOfServer(server: Server, host = HOST): Promise<number> {
  server.listen(0, host);
  open.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function outcomeAt(
  port: number,
  check: Partial<CheckDefinition> = {},
  { host = HOST, timeoutMs = 5_000 } = {},
): Promise<number | undefined> {
  const executor = unwatchedExecutor('http', requestHttp);
  const { outcomes } = await probeSlice(executor, [host], { scheme: 'http', port, ...check }, { timeoutMs });
  return outcomes[0];
}

async function outcomeOf(respond: RequestListener, check: Partial<CheckDefinition> = {}): Promise<number | undefined> {
  return outcomeAt(await portOfServer(createServer(respond)), check);
}

it.each([HOST, '::1'])('sends one request to the address, with the host of the check (%s)', async (host) => {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.method, request.url, request.headers.host);
    response.end('fine');
  });
  const port = await portOfServer(server, host);
  expect(await outcomeAt(port, { path: '/health?full=1', host: 'www.example.net' }, { host })).toBe(OUTCOME.reply);
  expect(seen).toEqual(['GET', '/health?full=1', `www.example.net:${port}`]);
});

it.each([
  [200, undefined, OUTCOME.reply],
  [399, undefined, OUTCOME.reply],
  [404, undefined, OUTCOME.mismatch],
  [500, undefined, OUTCOME.mismatch],
  [404, 404, OUTCOME.reply],
  [200, 204, OUTCOME.mismatch],
])('a response %i where %s is demanded is outcome %i', async (sent, status, outcome) => {
  const respond: RequestListener = (_request, response) => response.writeHead(sent).end('x');
  expect(await outcomeOf(respond, status === undefined ? {} : { status })).toBe(outcome);
});

it('a demanded text must be in the first 64 KiB of the body', async () => {
  const body =
    (text: string): RequestListener =>
    (_request, response) =>
      response.end(text);
  expect(await outcomeOf(body('all is well'), { contains: 'is well' })).toBe(OUTCOME.reply);
  expect(await outcomeOf(body('maintenance'), { contains: 'is well' })).toBe(OUTCOME.mismatch);
  expect(await outcomeOf(body(`${'x'.repeat(70_000)}is well`), { contains: 'is well' })).toBe(OUTCOME.mismatch);
  const endless: RequestListener = (_request, response) => {
    const more = (): boolean => response.destroyed || response.write('x'.repeat(16_384), () => setImmediate(more));
    more();
  };
  expect(await outcomeOf(endless)).toBe(OUTCOME.reply);
});

it('does not follow a redirect, so nothing but the address is contacted', async () => {
  let reached = 0;
  const other = await portOfServer(createTcp(() => reached++));
  const redirect: RequestListener = (_request, response) =>
    response.writeHead(302, { Location: `http://127.0.0.1:${other}/` }).end();
  expect(await outcomeOf(redirect)).toBe(OUTCOME.reply);
  expect(await outcomeOf(redirect, { status: 200 })).toBe(OUTCOME.mismatch);
  expect(reached).toBe(0);
});

it.each([
  ['speaks no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ['sends endless headers', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
  ['closes in the middle of a body', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'],
  ['closes without a word', ''],
])('a server that %s is a mismatch', async (_what, text) => {
  const server = createTcp((socket) => socket.on('error', () => undefined).once('data', () => socket.end(text)));
  expect(await outcomeAt(await portOfServer(server))).toBe(OUTCOME.mismatch);
});

it('ends after the timeout for any server: silence, or a byte now and then', async () => {
  const silent = createTcp((socket) => socket.on('error', () => undefined).resume());
  expect(await outcomeAt(await portOfServer(silent), {}, { timeoutMs: 300 })).toBe(OUTCOME.timeout);
  const slow = createTcp((socket) => {
    const timer = setInterval(() => socket.write('H'), 50);
    socket.on('error', () => undefined).on('close', () => clearInterval(timer));
  });
  const startedMs = performance.now();
  const outcome = await outcomeAt(await portOfServer(slow), {}, { timeoutMs: 300 });
  expect([OUTCOME.timeout, OUTCOME.mismatch]).toContain(outcome);
  expect(performance.now() - startedMs).toBeLessThan(5_000);
});

it('a closed port is refused', async () => {
  const server = createTcp();
  const port = await portOfServer(server);
  server.close();
  await once(server, 'close');
  expect(await outcomeAt(port)).toBe(OUTCOME.refused);
});

/** Returns the key and the certificate of a server. */
function certificateOf10Days(): { key: Buffer; cert: Buffer } {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'http-check-'));
  const [key, cert] = [path.join(dir, 'key.pem'), path.join(dir, 'cert.pem')];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '10', '-subj', '/CN=x', '-keyout', key, '-out', cert],
    { stdio: 'ignore' },
  );
  const files = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(dir, { recursive: true });
  return files;
}

it.each(['HTTP/1.1 200 OK\r\n\r\nfine', 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfine'])(
  'HTTPS: a server that closes with its answer ends no agent, and its certificate is judged (%j)',
  async (answer) => {
    const server = createTls(certificateOf10Days(), (socket) => {
      socket.on('error', () => undefined).once('data', () => socket.end(answer));
    });
    const port = await portOfServer(server);
    const outcomes = [];
    for (let nr = 0; nr < 10; nr++) outcomes.push(await outcomeAt(port, { scheme: 'https', certificateDays: 9 }));
    expect(outcomes).toEqual(Array(10).fill(OUTCOME.reply));
  },
);

it.each(['127.0.0.1', 'www.example.net.', '_a.example'])(
  'HTTPS: the request names the host of the check, also an address or a name that TLS does not allow (%s)',
  async (host) => {
    const port = await portOfServer(createHttps(certificateOf10Days(), (_request, response) => response.end('fine')));
    expect(await outcomeAt(port, { scheme: 'https', host })).toBe(OUTCOME.reply);
  },
);

it('HTTPS: takes the times of the phases, and compares how long the certificate is valid', async () => {
  const server = createHttps(certificateOf10Days(), (_request, response) => response.end('fine'));
  const port = await portOfServer(server);
  const check = { scheme: 'https', port } as const;
  expect(await outcomeAt(port, check)).toBe(OUTCOME.reply);
  expect(await outcomeAt(port, { ...check, certificateDays: 9 })).toBe(OUTCOME.reply);
  expect(await outcomeAt(port, { ...check, certificateDays: 11 })).toBe(OUTCOME.mismatch);
  const { details, facts } = await probeSlice(unwatchedExecutor('http', requestHttp), [HOST], check);
  expect(facts).toEqual([{ httpStatus: 200 }]);
  const {
    connectUs = null,
    tlsUs = null,
    firstByteUs = null,
    totalUs = null,
    certificateEndsAt = '',
  } = details[0]?.phases ?? {};
  const order = [0, connectUs, tlsUs, firstByteUs, totalUs].map(Number);
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(tlsUs).toBeGreaterThan(0);
  expect((Date.parse(certificateEndsAt ?? '') - Date.now()) / 86_400_000).toBeCloseTo(10, 1);
  const plain = createTcp((socket) => socket.on('error', () => undefined).once('data', () => socket.end('no TLS')));
  expect(await outcomeAt(await portOfServer(plain), { scheme: 'https' })).toBe(OUTCOME.mismatch);
});

it('has the phases that were reached, also when the server answers late or not at all', async () => {
  const port = await portOfServer(createServer(() => undefined));
  const check = { scheme: 'http', port } as const;
  const executor = unwatchedExecutor('http', requestHttp);
  const silent = await probeSlice(executor, [HOST], check, { timeoutMs: 200 });
  const nothing = { tlsUs: null, firstByteUs: null, totalUs: null, certificateEndsAt: null };
  expect([silent.outcomes, silent.facts]).toEqual([[OUTCOME.timeout], [{}]]);
  expect(silent.details).toEqual([{ phases: { ...nothing, connectUs: expect.any(Number) } }]);
  const closed = await probeSlice(executor, [HOST], { ...check, port: 1 });
  expect(closed.outcomes).toEqual([OUTCOME.refused]);
  expect(closed.details).toEqual([{ phases: { ...nothing, connectUs: null } }]);
});
