import { randomBytes } from 'node:crypto';
import { type IssuedApiKey, type Permission, PERMISSIONS, ROLE_PERMISSIONS, ROLES } from '@icmp-mon/identity/contract';
import { SESSION_COOKIE } from '@icmp-mon/identity/server';
import { Messaging } from '@icmp-mon/platform/messaging';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DocumentedRoute, documentedRoutes } from './testing/documented-routes';
import { startTestApi, TEST_PASSWORD, type TestApi } from './testing/test-api';
import { TestUsers } from './testing/test-users';

type Headers = Record<string, string>;

/** Members of a problem document: a refused caller learns nothing else. */
const PROBLEM_MEMBERS = ['type', 'title', 'status', 'detail', 'code', 'instance'];

let api: TestApi;
let routes: DocumentedRoute[];
/** Requests by kind of caller, for the report. */
const counts = new Map<string, number>();

beforeAll(async () => {
  api = await startTestApi({ trustedProxies: ['127.0.0.1'] });
  await api.app.get(Messaging).ensureTopics({ shardCount: api.config.shardCount });
  routes = await documentedRoutes(api);
});
afterAll(async () => {
  await api.stop();
  const lines = [...counts].map(([caller, count]) => `  ${caller}: ${count}`);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  console.info(`access matrix: ${routes.length} routes, ${total} requests\n${lines.join('\n')}`);
});

/** Returns the status of a route's answer without reading the body of a stream. */
async function ask(caller: string, { method, path }: DocumentedRoute, headers: Headers): Promise<number> {
  counts.set(caller, (counts.get(caller) ?? 0) + 1);
  const abort = new AbortController();
  const url = `${api.url}${path.replace(/\{\w+\}/g, '127.9.9.9')}`;
  // Each kind of caller has an address of its own: all together would exceed the requests that one address may send.
  const address = { 'x-forwarded-for': `203.0.113.${[...counts.keys()].indexOf(caller)}` };
  const sent = { origin: api.url, ...address, ...headers };
  const response = await fetch(url, { method, headers: sent, signal: abort.signal });
  const { status } = response;
  if (status === 401 || status === 403) {
    const problem = (await response.json()) as object;
    expect(
      Object.keys(problem).filter((name) => !PROBLEM_MEMBERS.includes(name)),
      `${caller}: ${method} ${path}`,
    ).toEqual([]);
    if (status === 401) expect(response.headers.get('www-authenticate')).toContain('Bearer');
  }
  abort.abort();
  return status;
}

async function expectEverywhere(
  caller: string,
  headers: Headers,
  wanted: number,
  asked: DocumentedRoute[],
): Promise<void> {
  const differing: string[] = [];
  for (const route of asked) {
    const status = await ask(caller, route, headers);
    if (status !== wanted) differing.push(`${route.method} ${route.path} answered ${status}`);
  }
  expect(differing, caller).toEqual([]);
}

const bearer = (key: string): Headers => ({ authorization: `Bearer ${key}` });
const closed = (): DocumentedRoute[] => routes.filter(({ isPublic }) => !isPublic);
const requiring = (mayUse: (permission: Permission) => boolean): DocumentedRoute[] =>
  routes.filter(({ permission }) => permission !== null && mayUse(permission));

async function issue(body: object): Promise<IssuedApiKey> {
  return (await (await api.postJson('/api/v1/api-keys', { role: 'admin', ...body })).json()) as IssuedApiKey;
}

async function cookieOf(user: string, password: string): Promise<string> {
  const response = await fetch(`${api.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user, password }),
  });
  return (
    response.headers
      .getSetCookie()
      .find((cookie) => cookie.startsWith(SESSION_COOKIE))
      ?.split(';')[0] ?? ''
  );
}

it('has a route for each permission, and routes that any caller may use', () => {
  const declared = new Set(routes.map(({ permission }) => permission));
  // The board of the queues is not part of the document.
  expect(PERMISSIONS.filter((permission) => !declared.has(permission))).toEqual(['queues:manage']);
  expect(routes.filter(({ isPublic }) => isPublic).map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /api/v1/auth/login',
    'POST /api/v1/auth/refresh',
    'POST /api/v1/auth/logout',
    'POST /api/v1/auth/password-link',
    'POST /api/v1/auth/login/code',
    'POST /api/v1/auth/login/enrolment',
    'POST /api/v1/auth/login/enrolment/confirm',
    'GET /api/v1/auth/options',
    'GET /api/v1/auth/oidc/begin',
    'GET /api/v1/auth/oidc/callback',
    'GET /api/v1/maintenance/calendar.ics',
  ]);
});

describe('each route that is not public answers 401', () => {
  it('without credentials, and to credentials that are none', async () => {
    await expectEverywhere('no credentials', {}, 401, closed());
    await expectEverywhere('unknown key', bearer(`imk_${'0'.repeat(12)}_${'A'.repeat(43)}`), 401, closed());
    await expectEverywhere('other scheme', { authorization: 'Basic YWRtaW46YWRtaW4=' }, 401, closed());
    const unsigned = `${SESSION_COOKIE}=eyJhbGciOiJub25lIn0.e30.`;
    await expectEverywhere('unsigned session', { cookie: unsigned }, 401, closed());
  });

  it('to an expired key and a revoked one', async () => {
    const [expired, revoked] = [await issue({ name: 'expired', validForDays: 1 }), await issue({ name: 'revoked' })];
    await api.control.execute('UPDATE api_key SET expires_at = now() WHERE id = $1', [expired.id]);
    expect((await api.sendRequest(`/api/v1/api-keys/${revoked.id}`, { method: 'DELETE' })).status).toBe(204);
    await expectEverywhere('expired key', bearer(expired.key), 401, closed());
    await expectEverywhere('revoked key', bearer(revoked.key), 401, closed());
  });

  it('to an expired login, an ended one, and one of a disabled user', async () => {
    const [admin] = await api.control.query<{ id: string }>('SELECT id FROM user_account');
    const cookie = await cookieOf('admin', TEST_PASSWORD);
    const [{ id: sid }] = await api.control.query<{ id: string }>('SELECT id FROM login_session');
    const expired = await new SignJWT({ name: 'admin', sid })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('icmp-mon')
      .setAudience('icmp-mon-api')
      .setSubject(admin.id)
      .setExpirationTime(Math.floor(Date.now() / 1_000) - 1)
      .sign(new TextEncoder().encode(api.config.jwtSecret));
    await expectEverywhere('expired session', { cookie: `${SESSION_COOKIE}=${expired}` }, 401, closed());
    expect((await api.sendRequest(`/api/v1/users/${admin.id}/logins`, { method: 'DELETE' })).status).toBe(200);
    await expectEverywhere('ended login', { cookie }, 401, closed());
    const users = new TestUsers(api);
    const { id } = await users.addMember('ada', 'admin');
    const ofAda = await cookieOf('ada', 'four other horses at the gate');
    expect((await api.sendRequest(`/api/v1/users/${id}/disable`, { method: 'POST' })).status).toBe(204);
    await expectEverywhere('disabled user', { cookie: ofAda }, 401, closed());
  });

  it("to an agent's token, and to an agent's certificate in a header of a proxy", async () => {
    const token = `imt_${randomBytes(6).toString('hex')}_${randomBytes(32).toString('base64url')}`;
    await expectEverywhere('enrolment token', bearer(token), 401, closed());
    const certificate = { 'x-ssl-client-verify': 'SUCCESS', 'x-ssl-client-s-dn': 'CN=agent', 'x-client-cert': 'agent' };
    await expectEverywhere("agent's certificate", certificate, 401, closed());
  });
});

describe('each route with a permission answers 403', () => {
  it.each(ROLES)('to the role %s unless the role has the permission', async (role) => {
    const held = ROLE_PERMISSIONS[role];
    await expectEverywhere(
      `role ${role}, too low`,
      bearer(api.keys[role]),
      403,
      requiring((each) => !held.includes(each)),
    );
    const refused: string[] = [];
    for (const route of requiring((each) => held.includes(each))) {
      const status = await ask(`role ${role}, allowed`, route, bearer(api.keys[role]));
      if ([401, 403].includes(status) || status >= 500)
        refused.push(`${route.method} ${route.path} answered ${status}`);
    }
    expect(refused).toEqual([]);
  });

  it.each(PERMISSIONS)('to a key of an administrator that has only %s, unless it is required', async (permission) => {
    const { key } = await issue({ name: permission, permissions: [permission] });
    await expectEverywhere(
      'key with one permission',
      bearer(key),
      403,
      requiring((each) => each !== permission),
    );
  });
});
