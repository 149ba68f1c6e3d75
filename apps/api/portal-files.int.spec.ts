import http from 'node:http';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from './testing/test-api';

/** Long enough to be compressed. */
const SCRIPT = 'export const answer = 42;\n'.repeat(200);

let api: TestApi;
let folder: string;

beforeAll(async () => {
  // A hidden folder, because an installation's state folder is hidden too.
  folder = await mkdtemp(path.join(tmpdir(), '.icmp-mon-portal-test-'));
  await writeFile(path.join(folder, 'index.html'), '<!doctype html><title>portal</title>');
  await writeFile(path.join(folder, 'main-8_P-9KQu.js'), 'export {};');
  await writeFile(path.join(folder, 'favicon.svg'), '<svg/>');
  await mkdir(path.join(folder, 'client'));
  await writeFile(path.join(folder, 'client/icmpmon.mjs'), SCRIPT);
  await writeFile(path.join(folder, 'main-AAAAAAAA.js'), SCRIPT);
  // The build writes compressed copies next to the original.
  await writeFile(path.join(folder, 'main-AAAAAAAA.js.br'), brotliCompressSync(SCRIPT));
  await writeFile(path.join(folder, 'main-AAAAAAAA.js.gz'), gzipSync(SCRIPT));
  api = await startTestApi({ portalDir: folder, clientFile: path.join(folder, 'client/icmpmon.mjs') });
});
afterAll(async () => {
  await api.stop();
  await rm(folder, { recursive: true });
});

/** Returns the response with its body as sent, not decoded. */
function asSent(
  target: string,
  headers: Record<string, string>,
): Promise<{ headers: http.IncomingHttpHeaders; body: Buffer; status: number }> {
  return new Promise((resolve, reject) => {
    const request = http.get(`${api.url}${target}`, { headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ headers: response.headers, body: Buffer.concat(chunks), status: response.statusCode ?? 0 }),
      );
    });
    request.on('error', reject);
  });
}

const page = (target: string): Promise<Response> =>
  fetch(`${api.url}${target}`, { headers: { accept: 'text/html,*/*' } });

describe('the portal', () => {
  it.each(['/', '/targets', '/targets/192.0.2.1?range=1h', '/targets/2001:db8::a'])(
    'serves its page at %s, with no-cache and a content security policy',
    async (target) => {
      const response = await page(target);
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('<title>portal</title>');
      expect(response.headers.get('cache-control')).toBe('no-cache');
      expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
    },
  );

  it('serves its page to clients that accept any type, and not to clients that accept only JSON', async () => {
    const asked = (accept: string): Promise<Response> => fetch(`${api.url}/`, { headers: { accept } });
    const anything = await asked('*/*');
    expect(anything.status).toBe(200);
    expect(await anything.text()).toContain('<title>portal</title>');
    const json = await asked('application/json');
    expect(json.status).toBe(404);
    expect(json.headers.get('content-type')).toContain('application/problem+json');
  });

  it.each(['/', '/targets', '/favicon.svg'])('answers HEAD %s as it answers GET, without the body', async (target) => {
    const headers = { accept: 'text/html,*/*' };
    const response = await fetch(`${api.url}${target}`, { method: 'HEAD', headers });
    const got = await fetch(`${api.url}${target}`, { headers });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe(got.headers.get('content-length'));
    expect(await response.text()).toBe('');
    expect((await fetch(`${api.url}${target}`, { method: 'HEAD' })).status).toBe(200);
  });

  it('lets browsers cache files with a content hash in their name, and no others', async () => {
    expect((await page('/main-8_P-9KQu.js')).headers.get('cache-control')).toContain('immutable');
    expect((await page('/favicon.svg')).headers.get('cache-control')).toBe('no-cache');
  });

  it.each(['/missing-8_P-9KQu.js', '/api/v1/nothing', '/api'])('does not serve its page for %s', async (target) => {
    const response = await page(target);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  });

  it('does not serve files outside its folder', async () => {
    for (const target of ['/..%2f..%2fetc%2fpasswd', '/%2e%2e/%2e%2e/etc/passwd', '/.env']) {
      const response = await fetch(`${api.url}${target}`);
      expect(await response.text()).not.toContain('root:');
    }
  });

  it.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const)('serves files compressed with %s when the build contains them', async (coding, decode) => {
    const target = '/main-AAAAAAAA.js';
    const plain = await asSent(target, {});
    const sent = await asSent(target, { 'accept-encoding': coding });
    expect(decode(sent.body).toString()).toBe(SCRIPT);
    expect(sent.headers).toMatchObject({
      'content-encoding': coding,
      'content-length': String(sent.body.length),
      'content-type': plain.headers['content-type'],
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect([plain.headers['vary'], sent.headers['vary']]).toEqual(['Accept-Encoding', 'Accept-Encoding']);
    expect(plain.headers['content-encoding']).toBeUndefined();
    const { etag } = sent.headers;
    expect(etag).not.toBe(plain.headers.etag);
    const again = await asSent(target, { 'accept-encoding': coding, 'if-none-match': etag ?? '' });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    const other = await asSent(target, { 'if-none-match': etag ?? '' });
    expect(other.status).toBe(200);
  });

  it('serves files uncompressed when the build contains no compressed copy', async () => {
    const sent = await asSent('/favicon.svg', { 'accept-encoding': 'br, gzip' });
    expect([sent.headers['content-encoding'], sent.body.toString()]).toEqual([undefined, '<svg/>']);
  });
});

describe('the command line client', () => {
  it('is served without a login', async () => {
    const served = await fetch(`${api.url}/icmpmon.mjs`);
    expect([served.headers.get('content-type'), await served.text()]).toEqual([
      'text/javascript; charset=utf-8',
      SCRIPT,
    ]);
    expect((await fetch(`${api.url}/icmpmon.mjs`, { method: 'POST' })).status).toBe(404);
  });

  it('learns the version of the server from answers to callers who authenticated, and only they do', async () => {
    expect((await api.sendRequest('/api/v1/auth/me')).headers.get('icmp-mon-version')).toBe('development');
    expect((await fetch(`${api.url}/api/v1/auth/me`)).headers.get('icmp-mon-version')).toBeNull();
  });
});
