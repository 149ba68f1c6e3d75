import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type ConnectionLimitOptions, ConnectionLimits, markAuthenticated } from './connection-limits';

const WAIT = { timeout: 20_000 };
let server: Server | undefined;
const clients: Socket[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
  server?.closeAllConnections();
  server?.close();
});

/** Starts a server that answers each request with the reason why its connection is refused, or `ok`; `/in/<caller>` authenticates as that caller. */
async function listening(options: Partial<ConnectionLimitOptions>): Promise<number> {
  const limits = new ConnectionLimits({ connectionsMax: 10, perAddressMax: 10, perCallerMax: 10, ...options });
  server = createServer((request, response) => {
    const [, caller] = /^\/in\/?(.*)/.exec(request.url ?? '') ?? [];
    if (caller !== undefined && !markAuthenticated(request.socket, caller)) {
      response.end('the caller has too many');
      return;
    }
    response.end(limits.refusalOf(request.socket)?.detail ?? 'ok');
  });
  limits.watchServer(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function client(port: number, localAddress = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  clients.push(socket);
  await once(socket, 'connect');
  return socket;
}

async function ask(socket: Socket, path = '/'): Promise<string> {
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  return answer.toString().split('\r\n\r\n')[1] ?? '';
}

it('refuses connections beyond the limit of one address, and serves other addresses', async () => {
  const port = await listening({ connectionsMax: 10, perAddressMax: 2 });
  const [first, second, third, other] = [
    await client(port),
    await client(port),
    await client(port),
    await client(port, '127.0.0.2'),
  ];
  expect(await ask(first)).toBe('ok');
  expect(await ask(second)).toBe('ok');
  expect(await ask(third)).toContain('2 connections without a login are open from 127.0.0.1');
  expect(await ask(other)).toBe('ok');
});

it('closes a refused connection that sends nothing', async () => {
  const port = await listening({ connectionsMax: 10, perAddressMax: 1 });
  await client(port);
  const refused = await client(port);
  await once(refused, 'close');
  expect(refused.destroyed).toBe(true);
});

it('does not count an authenticated connection against its address, and releases each slot once', async () => {
  const port = await listening({ connectionsMax: 10, perAddressMax: 1 });
  const known = await client(port);
  await ask(known, '/in');
  const second = await client(port);
  expect(await ask(second)).toBe('ok');
  known.destroy();
  second.destroy();
  await expect
    .poll(async () => {
      const next = await client(port);
      const answer = await ask(next);
      next.destroy();
      return answer;
    }, WAIT)
    .toBe('ok');
});

it('serves a connection beyond the limit of its address once a caller authenticated on it', async () => {
  const port = await listening({ connectionsMax: 10, perAddressMax: 1 });
  await client(port);
  const beyond = await client(port);
  expect(await ask(beyond, '/in')).toBe('ok');
  expect(await ask(beyond)).toBe('ok');
  expect(await ask(await client(port))).toContain('1 connections without a login');
});

it('limits all connections together, including those of proxies', async () => {
  const port = await listening({ connectionsMax: 2, perAddressMax: 1, isExempt: (address) => address === '127.0.0.1' });
  const [first, second, third] = [await client(port), await client(port), await client(port, '127.0.0.2')];
  expect(await ask(first)).toBe('ok');
  expect(await ask(second)).toBe('ok');
  expect(await ask(third)).toContain('This server holds 2 connections');
});

it('limits the connections of one caller from all addresses together, and releases each slot once', async () => {
  const port = await listening({ perCallerMax: 2 });
  const clients = [await client(port), await client(port, '127.0.0.2'), await client(port, '127.0.0.3')];
  const [first, second, third] = clients;
  expect(await ask(first, '/in/ada')).toBe('ok');
  expect(await ask(first, '/in/ada')).toBe('ok');
  expect(await ask(second, '/in/ada')).toBe('ok');
  expect(await ask(third, '/in/ada')).toBe('the caller has too many');
  expect(await ask(third, '/in/bob')).toBe('ok');
  // When another caller authenticates on the same connection, the slot of the previous caller is released.
  expect(await ask(second, '/in/bob')).toBe('ok');
  expect(await ask(await client(port), '/in/ada')).toBe('ok');
  first.destroy();
  await expect.poll(async () => ask(await client(port), '/in/ada'), WAIT).toBe('ok');
  expect(await ask(await client(port), '/in/bob')).toBe('the caller has too many');
});

it('does not count connections of a proxy against a caller', async () => {
  const port = await listening({ perCallerMax: 1, isExempt: () => true });
  expect(await ask(await client(port), '/in/ada')).toBe('ok');
  expect(await ask(await client(port), '/in/ada')).toBe('ok');
});
