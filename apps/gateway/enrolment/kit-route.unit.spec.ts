import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KitRoute } from './kit-route';

/** More than the socket buffers hold, so that a client that does not read keeps its slot. */
const LARGE = randomBytes(32 * 1024 * 1024);
const sumOf = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

describe('the agent kit of the gateway', () => {
  let dir: string;
  let server: Server;
  const clients: IncomingMessage[] = [];
  /** Responses that the server has finished, or whose connection it has closed. */
  let closed: ServerResponse[];

  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'icmp-mon-kit-'));
    writeFileSync(path.join(dir, 'join.sh'), 'echo here\n');
    writeFileSync(path.join(dir, 'node.gz'), LARGE);
    writeFileSync(path.join(dir, 'secret'), 'not listed');
    const list = `# agent 1.2.3\n${sumOf('echo here\n')}  join.sh\n${sumOf(LARGE)}  node.gz\n`;
    writeFileSync(path.join(dir, 'SHA256SUMS'), list);
  });

  afterEach(async () => {
    clients.splice(0).forEach((client) => client.destroy());
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(dir, { recursive: true, force: true });
  });

  async function serve(route: KitRoute): Promise<void> {
    const ended: ServerResponse[] = (closed = []);
    server = createServer((request, response) => {
      response.on('close', () => ended.push(response));
      if (route.matchesRequest(request)) void route.answerRequest(request, response);
      else response.writeHead(418).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }

  /** Returns the response before any of it is read. */
  async function ask(name: string): Promise<IncomingMessage> {
    const { port } = server.address() as AddressInfo;
    const request = get({ port, host: '127.0.0.1', path: `/v1/kit/${name}`, agent: false });
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    answer.on('error', () => answer.destroy());
    clients.push(answer);
    return answer;
  }

  it('serves every listed file', async () => {
    await serve(new KitRoute(dir));
    expect(await text(await ask('join.sh'))).toBe('echo here\n');
    expect(await text(await ask('SHA256SUMS'))).toContain('# agent 1.2.3');
    const answer = await ask('node.gz');
    expect(answer.headers['content-length']).toBe(String(LARGE.length));
    const hash = createHash('sha256');
    for await (const chunk of answer) hash.update(chunk as Buffer);
    expect(hash.digest('hex')).toBe(sumOf(LARGE));
  });

  it.each([
    'secret',
    '../kit-route.ts',
    '..%2f..%2fetc%2fpasswd',
    '',
    'join.sh/',
    'join.sh%00',
    '# agent 1.2.3'.replaceAll(' ', '%20'),
  ])('serves no unlisted file: %s', async (name) => {
    await serve(new KitRoute(dir));
    const answer = await ask(name);
    expect(answer.statusCode).toBe(404);
    expect(JSON.parse(await text(answer))).toMatchObject({
      detail: expect.stringContaining('SHA256SUMS, join.sh, node.gz'),
    });
  });

  it('reports how to create it where there is none', async () => {
    await serve(new KitRoute(undefined));
    const answer = await ask('join.sh');
    expect(answer.statusCode).toBe(404);
    expect(await text(answer)).toContain('npm run build');
  });

  it('serves a limited number of clients at a time; the next one must retry', async () => {
    await serve(new KitRoute(dir));
    const slow = await Promise.all(Array.from({ length: 4 }, () => ask('node.gz')));
    expect(slow.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200]);
    const refused = await ask('node.gz');
    expect(refused.statusCode).toBe(503);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    // Small files, which decide whether Node is needed at all, have no such limit.
    for (const small of ['SHA256SUMS', 'join.sh']) expect((await ask(small)).statusCode, small).toBe(200);
    slow[0]?.destroy();
    await expect.poll(async () => (await ask('node.gz')).statusCode, { timeout: 10_000 }).toBe(200);
  });

  it('frees the slot of a client that reads nothing', async () => {
    await serve(new KitRoute(dir, { stallMs: 100, downloadMs: 60_000 }));
    const slow = await Promise.all(Array.from({ length: 4 }, () => ask('node.gz')));
    await expect.poll(() => closed.length, { timeout: 10_000 }).toBe(4);
    for (const client of slow) await expect(text(client)).rejects.toThrow();
    expect((await ask('node.gz')).statusCode).toBe(200);
  });

  it('frees the slot of a client that does not finish in time', async () => {
    await serve(new KitRoute(dir, { stallMs: 60_000, downloadMs: 100 }));
    const slow = await Promise.all(Array.from({ length: 4 }, () => ask('node.gz')));
    await expect.poll(() => closed.length, { timeout: 10_000 }).toBe(4);
    for (const client of slow) await expect(text(client)).rejects.toThrow();
    expect((await ask('node.gz')).statusCode).toBe(200);
  });
});
