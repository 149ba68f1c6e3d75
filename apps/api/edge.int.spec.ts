import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { logInFrom, RawConnection, unfinishedBodies } from '@icmp-mon/platform/http/testing';
import { startTestApi, TEST_PASSWORD, type TestApi } from './testing/test-api';

const WAIT = { timeout: 30_000, interval: 50 };
const MIB = 1024 * 1024;
const LOGIN = '/api/v1/auth/login';
let api: TestApi;
let open: RawConnection[] = [];

beforeAll(async () => {
  api = await startTestApi();
});
afterEach(() => {
  for (const connection of open.splice(0)) connection.destroy();
});
afterAll(() => api.stop());

async function raw(text: string, localAddress?: string): Promise<RawConnection> {
  const connection = await RawConnection.open(api.url, localAddress);
  open.push(connection);
  connection.writeRaw(text);
  return connection;
}

/** Status of the response, which must be a problem document. */
async function problemOf(connection: RawConnection): Promise<number> {
  await expect.poll(() => connection.answer, WAIT).not.toBeNull();
  const { status, headers, body } = connection.answer ?? { status: 0, headers: {}, body: '' };
  expect(headers['content-type']).toContain('application/problem+json');
  expect(JSON.parse(body)).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
  return status;
}

const othersLogIn = (): Promise<number> => logInFrom(api.url, '127.0.0.2', { user: 'admin', password: TEST_PASSWORD });

describe('a client that never ends its body', () => {
  it('is rejected by its announced length, disconnected soon, and does not affect others', async () => {
    open = await unfinishedBodies(api.url, { count: 200, bytes: MIB, path: LOGIN, localAddress: '127.0.0.3' });
    for (const connection of open) expect(await problemOf(connection)).toBe(413);
    expect(await othersLogIn()).toBe(200);
    await expect.poll(() => open.filter(({ isClosed }) => !isClosed).length, WAIT).toBe(0);
  });

  it('cannot hold more than its share of connections, and receives 408', async () => {
    open = await unfinishedBodies(api.url, { count: 300, bytes: 16 * 1024, path: LOGIN, localAddress: '127.0.0.4' });
    await expect.poll(() => open.filter(({ answer }) => answer !== null).length, WAIT).toBeGreaterThan(40);
    expect(await othersLogIn()).toBe(200);
    const statuses = new Set(await Promise.all(open.map(problemOf)));
    expect([...statuses].sort()).toEqual([408, 503]);
  });

  it('does not affect authenticated clients, even many from the same address', async () => {
    open = await unfinishedBodies(api.url, { count: 300, bytes: 16 * 1024, path: LOGIN, localAddress: '127.0.0.5' });
    await expect.poll(() => open.filter(({ answer }) => answer?.status === 503).length, WAIT).toBe(44);
    const known = await Promise.all(
      Array.from({ length: 300 }, () =>
        raw(`GET /api/v1/tiers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.keys.viewer}\r\n\r\n`, '127.0.0.5'),
      ),
    );
    for (const connection of known) await expect.poll(() => connection.answer?.status, WAIT).toBe(200);
  });

  it('must authenticate and have the permission before its body is read', async () => {
    for (const [key, status] of [
      ['imk_000000000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 401],
      [api.keys.viewer, 403],
    ] as const) {
      const head = `POST /api/v1/targets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}`;
      const connection = await raw(`${head}\r\nContent-Type: application/json\r\nContent-Length: ${MIB}\r\n\r\n{"ip":`);
      expect(await problemOf(connection)).toBe(status);
    }
  });
});

describe('an invalid request', () => {
  it('is answered with a problem document, even by the HTTP parser', async () => {
    expect(await problemOf(await raw(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`))).toBe(431);
    expect(await problemOf(await raw('this is not HTTP\r\n\r\n'))).toBe(400);
  });

  it('with a method that the path does not support is answered with 405 and the supported methods', async () => {
    for (const [method, path, allow] of [
      ['TRACE', '/api/v1/targets', 'GET, HEAD, OPTIONS, POST'],
      ['PUT', '/api/v1/targets', 'GET, HEAD, OPTIONS, POST'],
      ['POST', '/api/v1/targets/192.0.2.1', 'DELETE, GET, HEAD, OPTIONS, PATCH, PUT'],
      ['DELETE', '/api/v1/auth/login', 'OPTIONS, POST'],
      ['POST', '/api/v1/targets/counts', 'GET, HEAD, OPTIONS'],
      ['PUT', '/api/v1/targets/counts', 'GET, HEAD, OPTIONS'],
      ['GET', '/api/v1/maintenance/preview', 'OPTIONS, POST'],
      ['PUT', '/api/v1/maintenance/occurrences', 'GET, HEAD, OPTIONS'],
    ]) {
      const connection = await raw(`${method} ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
      expect(await problemOf(connection), `${method} ${path}`).toBe(405);
      expect(connection.answer?.headers['allow']).toBe(allow);
    }
    const head = await fetch(`${api.url}/api/v1/auth/login`, { method: 'HEAD' });
    expect([head.status, head.headers.get('allow')]).toEqual([405, 'OPTIONS, POST']);
    expect(await problemOf(await raw('TRACE /nothing HTTP/1.1\r\nHost: x\r\n\r\n'))).toBe(404);
  });

  it('OPTIONS is answered with the supported methods and without a body', async () => {
    const response = await fetch(`${api.url}/api/v1/targets`, { method: 'OPTIONS' });
    expect([response.status, response.headers.get('allow'), await response.text()]).toEqual([
      ...[204, 'GET, HEAD, OPTIONS, POST', ''],
    ]);
    expect((await fetch(`${api.url}/api/v1/nothing`, { method: 'OPTIONS' })).status).toBe(404);
  });

  it('HEAD is answered for a list and for a stream, which then does not start', async () => {
    for (const [path, type] of [
      ['/api/v1/targets', 'application/json'],
      ['/api/v1/status/stream', 'text/event-stream'],
    ] as const) {
      const response = await api.sendRequest(path, { method: 'HEAD' });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toContain(type);
      expect(await response.text()).toBe('');
    }
  });

  it.each([
    ['/api/v1/target', '/api/v1/targets'],
    ['/api/v1/tragets/192.0.2.1/history', '/api/v1/targets/192.0.2.1/history'],
    ['/api/v1/targets/192.0.2.1/reslts', '/api/v1/targets/192.0.2.1/results'],
    ['/api/v2/tiers', '/api/v1/tiers'],
  ])('with a misspelt path is answered with the nearest one: %s', async (path, meant) => {
    const response = await api.sendRequest(path);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ detail: `There is no GET ${path}; did you mean ${meant}?` });
  });

  it('with query parameters on a path without parameters is rejected', async () => {
    const response = await api.sendRequest('/api/v1/tiers?limit=3');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errors: [{ pointer: '?limit', detail: 'There is no parameter "limit": this address takes none.' }],
    });
  });
});
