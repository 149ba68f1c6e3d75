import { newApiKey, EnsureApiKey, EnsureUser } from '@icmp-mon/identity/server';
import { CommandBus } from '@nestjs/cqrs';
import { newId } from '@icmp-mon/platform/ids';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, TEST_PASSWORD, type TestApi } from '../api/testing/test-api';
import { createApiKey, endLogins, resetPassword, revokeApiKey, showApiKeys, showUsers } from './access';

let api: TestApi;
let said: string[] = [];

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

/** What a command says. */
async function run(command: (context: { control: TestApi['control']; say: (line: string) => void }) => Promise<void>) {
  said = [];
  await command({ control: api.control, say: (line) => void said.push(line) });
  return said.join('\n');
}

const logIn = (password: string): Promise<Response> =>
  fetch(`${api.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'admin', password }),
  });

describe('on the machine itself', () => {
  it('the password of a user is set without a login, and all logins end', async () => {
    const cookie = (await logIn(TEST_PASSWORD)).headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const answer = await run((context) => resetPassword(context, 'ADMIN'));
    const password = /is now (\S+)$/m.exec(answer)?.[1] ?? '';
    expect((await logIn(TEST_PASSWORD)).status).toBe(401);
    expect((await logIn(password)).status).toBe(200);
    await expect
      .poll(async () => (await fetch(`${api.url}/api/v1/auth/me`, { headers: { cookie } })).status, { timeout: 20_000 })
      .toBe(401);
    expect(await run(showUsers)).toMatch(/^admin {2}admin {2}1 logins {2}password 2/);
    expect(await run((context) => endLogins(context, 'admin'))).toBe('1 logins of admin have ended.');
    await expect(run((context) => resetPassword(context, 'nobody'))).rejects.toThrow('only admin');
  });

  it('API keys are made, listed and revoked', async () => {
    const [key = ''] = (await run((context) => createApiKey(context, 'backup job', 'viewer', 30))).split('\n');
    const me = async (): Promise<number> =>
      (await fetch(`${api.url}/api/v1/auth/me`, { headers: { authorization: `Bearer ${key}` } })).status;
    expect(await me()).toBe(200);
    const id = key.slice(4, 16);
    const list = await run(showApiKeys);
    expect(list).toContain(`${id}  viewer  backup job`);
    expect(list).not.toContain(key.slice(17));
    await run((context) => revokeApiKey(context, id));
    await expect.poll(me, { timeout: 20_000, interval: 250 }).toBe(401);
    expect(await run(showApiKeys)).toMatch(new RegExp(`${id} .* revoked 2`));
    await expect(run((context) => createApiKey(context, 'a\u202eb', 'viewer'))).rejects.toThrow('U+202E');
  });

  it('what was revoked does not come back with the next start', async () => {
    const key = newApiKey();
    const metadata = { actor: 'system:test', causationId: null, correlationId: newId() };
    const commands = api.app.get(CommandBus);
    await commands.execute(new EnsureApiKey(key, 'bootstrap', 'admin', metadata));
    await run((context) => revokeApiKey(context, key.slice(4, 16)));
    await commands.execute(new EnsureApiKey(key, 'bootstrap', 'admin', metadata));
    await commands.execute(new EnsureUser('admin', TEST_PASSWORD, 'admin', metadata));
    expect((await logIn(TEST_PASSWORD)).status).toBe(401);
    expect(await run(showApiKeys)).toMatch(new RegExp(`${key.slice(4, 16)} .* revoked 2`));
  });
});
