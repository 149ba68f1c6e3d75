import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SmallProxy } from './testing/small-proxy';
import { startTestApi, TEST_PASSWORD, type TestApi } from './testing/test-api';

const PORTAL = 'https://monitor.example.net';
const FORWARDED = { 'x-forwarded-host': 'monitor.example.net', 'x-forwarded-proto': 'https' };
const LOGIN = '/api/v1/auth/login';
let trusting: TestApi;
let cautious: TestApi;
const proxies: SmallProxy[] = [];

beforeAll(async () => {
  [trusting, cautious] = await Promise.all([startTestApi({ trustedProxies: ['127.0.0.1'] }), startTestApi()]);
});
afterAll(async () => {
  await Promise.all(proxies.map((proxy) => proxy.close()));
  await Promise.all([trusting.stop(), cautious.stop()]);
});

async function proxied(api: TestApi, forwarded: Record<string, string>): Promise<string> {
  const proxy = await SmallProxy.open(api.url, forwarded);
  proxies.push(proxy);
  return proxy.url;
}

const logIn = (url: string, origin: string, password = TEST_PASSWORD): Promise<Response> =>
  fetch(`${url}${LOGIN}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ user: 'admin', password }),
  });

const detailOf = async (response: Response): Promise<string> => ((await response.json()) as { detail: string }).detail;

describe('behind a trusted proxy', () => {
  it("people log in and make changes under the proxy's host name, with cookies only for HTTPS", async () => {
    const url = await proxied(trusting, { ...FORWARDED, 'x-forwarded-for': '198.51.100.1' });
    const login = await logIn(url, PORTAL);
    expect(login.status).toBe(200);
    const cookies = login.headers.getSetCookie();
    for (const cookie of cookies) expect(cookie).toContain('Secure');
    const cookie = cookies.map((each) => each.split(';')[0]).join('; ');
    const change = (origin: string): Promise<Response> =>
      fetch(`${url}/api/v1/targets`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', cookie, origin },
        body: JSON.stringify({ ip: '192.0.2.1', tier: 'standard' }),
      });
    const elsewhere = await change('https://evil.example');
    expect(elsewhere.status).toBe(403);
    expect(await detailOf(elsewhere)).toContain('https://evil.example');
    expect((await change(PORTAL)).status).toBe(201);
    const { items } = (await (await fetch(`${url}/api/v1/auth/logins`, { headers: { cookie } })).json()) as {
      items: { address: string }[];
    };
    expect(items[0]?.address).toBe('198.51.100.1');
  });

  it('wrong passwords count against the client address from the proxy', async () => {
    const guesser = await proxied(trusting, { ...FORWARDED, 'x-forwarded-for': '198.51.100.66' });
    const guesses = await Promise.all(Array.from({ length: 15 }, () => logIn(guesser, PORTAL, 'guess')));
    expect(guesses.filter(({ status }) => status === 429)).toHaveLength(5);
    const other = await proxied(trusting, { ...FORWARDED, 'x-forwarded-for': '198.51.100.67' });
    expect((await logIn(other, PORTAL)).status).toBe(200);
  });

  it('the same headers of other clients are ignored', async () => {
    const url = await proxied(cautious, FORWARDED);
    expect((await logIn(url, PORTAL)).status).toBe(403);
  });
});

describe('behind a proxy that is not configured', () => {
  it('a rejection names the compared values and the setting to change', async () => {
    const detail = await detailOf(await logIn(await proxied(cautious, FORWARDED), PORTAL));
    expect(detail).toContain(PORTAL);
    expect(detail).toContain(new URL(cautious.url).host);
    expect(detail).toContain('X-Forwarded-Host monitor.example.net was ignored: 127.0.0.1 is not a trusted proxy');
    expect(detail).toContain('ICMPMON_TRUSTED_PROXIES');
    const silent = await detailOf(await logIn(await proxied(cautious, {}), PORTAL));
    expect(silent).toContain('must send X-Forwarded-Host, and ICMPMON_TRUSTED_PROXIES must contain its address');
  });
});
