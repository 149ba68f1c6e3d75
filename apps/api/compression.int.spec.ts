import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, TEST_PASSWORD, type TestApi } from './testing/test-api';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
  for (let at = 1; at <= 20; at++) await api.postJson('/api/v1/targets', { ip: `192.0.2.${at}`, tier: 'standard' });
});
afterAll(() => api.stop());

interface Got {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

/** Sends a request with only these headers and does not decode the response. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET', body = ''): Promise<Got> {
  const login = 'cookie' in headers ? {} : { authorization: `Bearer ${api.keys.admin}` };
  return new Promise((resolve, reject) => {
    const request = http.request(`${api.url}${path}`, { method, headers: { ...login, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

const LIST = '/api/v1/targets?sort=ip';

describe('a JSON response', () => {
  it.each([
    ['br, gzip', 'br', brotliDecompressSync],
    ['gzip, deflate, br;q=0.9', 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['br;q=0, gzip', 'gzip', gunzipSync],
    ['*', 'br', brotliDecompressSync],
  ] as const)('is sent to a client that accepts %s as %s', async (accepted, coding, decode) => {
    const plain = await get(LIST);
    const sent = await get(LIST, { 'accept-encoding': accepted });
    expect(sent.headers).toMatchObject({ 'content-encoding': coding, vary: 'Accept-Encoding' });
    expect(sent.headers['content-type']).toBe(plain.headers['content-type']);
    expect(sent.headers['content-length']).toBe(String(sent.body.length));
    expect(sent.body.length).toBeLessThan(plain.body.length / 3);
    expect(idsOf(decode(sent.body))).toEqual(idsOf(plain.body));
  });

  it.each([undefined, 'identity', 'deflate', 'br;q=0, gzip;q=0'])(
    'is sent uncompressed to a client that accepts %s',
    async (accepted) => {
      const sent = await get(LIST, accepted === undefined ? {} : { 'accept-encoding': accepted });
      expect(sent.headers['content-encoding']).toBeUndefined();
      expect(sent.headers['vary']).toBe('Accept-Encoding');
      expect(idsOf(sent.body)).toHaveLength(20);
    },
  );

  it('includes the OpenAPI document and its page', async () => {
    for (const path of ['/api/openapi.json', '/api/docs']) {
      const [plain, sent] = [await get(path), await get(path, { 'accept-encoding': 'br' })];
      expect(sent.headers).toMatchObject({ 'content-encoding': 'br', 'content-type': plain.headers['content-type'] });
      expect(brotliDecompressSync(sent.body).equals(plain.body)).toBe(true);
    }
  });

  it('has the same headers for HEAD', async () => {
    const sent = await get('/api/openapi.json', { 'accept-encoding': 'gzip' });
    const head = await get('/api/openapi.json', { 'accept-encoding': 'gzip' }, 'HEAD');
    for (const name of ['content-encoding', 'content-length', 'content-type', 'vary']) {
      expect(head.headers[name], name).toBe(sent.headers[name]);
    }
    expect(head.body).toHaveLength(0);
  });
});

describe('a response that is never compressed', () => {
  const all = { 'accept-encoding': 'br, gzip' };

  it('is small, or has the ETag of a version', async () => {
    expect((await get('/api/v1/tiers/fast', all)).headers).toMatchObject({ etag: '"1"' });
    for (const path of ['/api/v1/tiers/fast', '/api/v1/targets/counts', '/api/v1/targets?limit=1']) {
      expect((await get(path, all)).headers['content-encoding'], path).toBeUndefined();
    }
  });

  it('is an error', async () => {
    const sent = await get(`/api/v1/targets?${'x'.repeat(2_000)}=1`, all);
    expect(sent.status).toBe(400);
    expect(sent.body.length).toBeGreaterThan(1_400);
    expect(sent.headers['content-encoding']).toBeUndefined();
  });

  it('may contain a secret: a new key, a login, open logins', async () => {
    const json = { ...all, 'content-type': 'application/json' };
    const key = await get('/api/v1/api-keys', json, 'POST', JSON.stringify({ name: 'k'.repeat(60), role: 'viewer' }));
    expect(key.status).toBe(201);
    const login = { user: 'admin', password: TEST_PASSWORD };
    const origin = { origin: api.url };
    const loggedIn = await get('/api/v1/auth/login', { ...json, ...origin }, 'POST', JSON.stringify(login));
    expect(loggedIn.status).toBe(200);
    const cookie = (loggedIn.headers['set-cookie'] ?? []).map((each) => each.split(';')[0]).join('; ');
    for (let more = 0; more < 12; more++) {
      await get('/api/v1/auth/login', { ...json, ...origin }, 'POST', JSON.stringify(login));
    }
    const logins = await get('/api/v1/auth/logins', { ...all, cookie });
    expect(logins.body.length).toBeGreaterThan(1_400);
    for (const sent of [key, loggedIn, logins]) expect(sent.headers['content-encoding']).toBeUndefined();
  });

  it('is a stream', async () => {
    const abort = new AbortController();
    const response = await api.sendRequest('/api/v1/status/stream', { headers: all, signal: abort.signal });
    expect(response.headers.get('content-encoding')).toBeNull();
    abort.abort();
  });
});

const idsOf = (body: Buffer): string[] =>
  (JSON.parse(body.toString()) as { items: { id: string }[] }).items.map(({ id }) => id);
