import { Agent, createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestAuthority } from '../test-authority.test-server';
import { httpsRequest } from './https-request';

const LIFE_MS = 3_600_000;
const TIMEOUT_MS = 200;

describe('a request', () => {
  let server: Server;
  let agent: Agent;
  let url: string;
  const send = (path: string, timeoutMs: number, signal?: AbortSignal) =>
    httpsRequest({ method: 'GET', url: new URL(path, url), agent, timeoutMs, ...(signal && { signal }) });

  beforeAll(async () => {
    const authority = await TestAuthority.create();
    server = createServer(await authority.serverIdentity(LIFE_MS), (request, response) => {
      if (request.url === '/silent') return;
      if (request.url === '/half') response.writeHead(200, { 'content-length': '100' }).write('half');
      else response.writeHead(200).end('whole');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    agent = new Agent({ keepAlive: true, ca: authority.caPem });
  });
  afterAll(() => {
    agent.destroy();
    server.close();
    server.closeAllConnections();
  });

  it('returns the answer, also over the same connection again', async () => {
    for (let sent = 0; sent < 2; sent++) {
      const { status, body } = await send('/', LIFE_MS);
      expect([status, body.toString()]).toEqual([200, 'whole']);
    }
  });

  it.each(['/silent', '/half'])('fails when the complete answer is late: %s', async (path) => {
    await expect(send(path, TIMEOUT_MS)).rejects.toThrow(`no complete answer within ${TIMEOUT_MS} ms`);
  });

  it.each(['/silent', '/half'])('ends when it is aborted: %s', async (path) => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), TIMEOUT_MS);
    await expect(send(path, LIFE_MS, abort.signal)).rejects.toThrow(/aborted/);
  });
});
