import {
  EnsureApiKey,
  EnsureApiKeyHandler,
  EnsureUser,
  EnsureUserHandler,
  KnownApiKeys,
  LogIn,
  LogInHandler,
  LoginAttempts,
  LoginChallenges,
  newApiKey,
  SecondFactorPolicy,
  Sessions,
} from '@icmp-mon/identity/server';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  changeUserScope,
  createApiKey,
  createUser,
  disableUser,
  enableUser,
  removeUser,
  endLogins,
  resetPassword,
  resetSecondFactorOf,
  revokeApiKey,
  showApiKeys,
  showUsers,
} from './access';

const PASSWORD = 'correct horse battery staple';
const METADATA = { actor: 'system:test', causationId: null, correlationId: newId() };
const CLIENT = { address: '127.0.0.1', userAgent: null };
let home: TestDatabase;
let control: ControlDatabase;

beforeAll(async () => {
  home = await testDatabase('control');
  control = new ControlDatabase({ url: home.url });
  await ensureAdmin();
});
afterAll(async () => {
  await control.close();
  await home.dropDatabase();
});

const ensureAdmin = (): Promise<void> =>
  new EnsureUserHandler(control, new EventStore(control)).execute(new EnsureUser('admin', PASSWORD, 'admin', METADATA));

/** Output of a command. */
async function run(
  command: (context: { control: ControlDatabase; printLine: (line: string) => void }) => Promise<void>,
): Promise<string> {
  const said: string[] = [];
  await command({ control, printLine: (line) => void said.push(line) });
  return said.join('\n');
}

/** Logs in and returns the user; rejects for a wrong password. */
async function logIn(password: string): Promise<string> {
  const needed = [new LoginAttempts(), new LoginChallenges(control), new SecondFactorPolicy()] as const;
  const handler = new LogInHandler(control, new Sessions(control), ...needed);
  const login = await handler.execute(new LogIn('admin', password, CLIENT, { address: '127.0.0.1', known: null }));
  if ('challenge' in login) throw new Error('The login needs a second step.');
  return login.user.sessionId;
}

/** Authenticates a key as another process would. */
const isValid = async (key: string): Promise<boolean> => (await new KnownApiKeys(control).recogniseKey(key)) !== null;

describe('on the machine itself', () => {
  it('resetting a password needs no login, and ends all logins of the user', async () => {
    const login = await logIn(PASSWORD);
    const answer = await run((context) => resetPassword(context, 'ADMIN'));
    const password = /is now (\S+)$/m.exec(answer)?.[1] ?? '';
    await expect(logIn(PASSWORD)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(await new Sessions(control).accessOf(login)).toBeNull();
    const next = await logIn(password);
    expect(await run(showUsers)).toMatch(/^admin {2}admin {2}active {2}logins: 1 {2}password: changed 2/);
    expect(await run((context) => endLogins(context, 'admin'))).toBe('Ended logins of admin: 1.');
    expect(await new Sessions(control).accessOf(next)).toBeNull();
    await expect(run((context) => resetPassword(context, 'nobody'))).rejects.toThrow('Users: admin');
  });

  it('a lost second factor is reset', async () => {
    await expect(run((context) => resetSecondFactorOf(context, 'admin'))).rejects.toThrow('no second factor');
    await control.execute(
      `INSERT INTO second_factor (user_id, secret, enabled_at) SELECT id, '', now() FROM user_account WHERE name = 'admin'`,
    );
    expect(await run(showUsers)).toContain('second factor: yes');
    expect(await run((context) => resetSecondFactorOf(context, 'admin'))).toContain('no longer has a second factor');
    expect(await run(showUsers)).not.toContain('second factor: yes');
  });

  it('users are created, disabled, enabled and removed, but not the last administrator', async () => {
    expect(await run((context) => createUser(context, 'ada', 'operator'))).toMatch(
      /^\/set-password#iml_\S{43}\n.*until 2/,
    );
    expect(await run(showUsers)).toMatch(
      /^ada {2}operator {2}invited {2}logins: 0 {2}password: not set yet {2}second factor: no {2}scope: all$/m,
    );
    await run((context) => disableUser(context, 'Ada'));
    expect(await run(showUsers)).toMatch(/^ada {2}operator {2}disabled/m);
    await run((context) => enableUser(context, 'ada'));
    expect(await run(showUsers)).toMatch(/^ada {2}operator {2}invited/m);
    expect(await run((context) => removeUser(context, 'ada'))).toMatch(/^ada is removed/);
    expect(await run(showUsers)).not.toContain('ada');
    await expect(run((context) => createUser(context, 'ADMIN', 'viewer'))).rejects.toMatchObject({ code: 'conflict' });
    await expect(run((context) => createUser(context, 'a\u202eb', 'viewer'))).rejects.toThrow('U+202E');
    for (const command of [disableUser, removeUser]) {
      await expect(run((context) => command(context, 'admin'))).rejects.toThrow('last administrator');
      await expect(run((context) => command(context, 'ada'))).rejects.toThrow('There is no user "ada"');
    }
  });

  it('users and API keys are limited to the targets of a filter', async () => {
    await run((context) => createUser(context, 'acme', 'engineer', 'customer = acme'));
    expect(await run(showUsers)).toMatch(/^acme {2}engineer .* scope: customer=acme$/m);
    expect(await run((context) => changeUserScope(context, 'acme', null))).toContain('sees all targets');
    expect(await run(showUsers)).toMatch(/^acme {2}engineer .* scope: all$/m);
    await expect(run((context) => changeUserScope(context, 'acme', 'status=up'))).rejects.toThrow('found "status"');
    await expect(run((context) => changeUserScope(context, 'admin', 'vrf=a'))).rejects.toThrow('cannot be limited');
    await run((context) => createApiKey(context, 'graphs of acme', 'viewer', undefined, 'customer=acme'));
    expect(await run(showApiKeys)).toMatch(/viewer {2}graphs of acme .* scope: customer=acme$/m);
  });

  it('API keys are created, listed and revoked', async () => {
    const [key = ''] = (await run((context) => createApiKey(context, 'backup job', 'viewer', 30))).split('\n');
    expect(await isValid(key)).toBe(true);
    const id = key.slice(4, 16);
    const list = await run(showApiKeys);
    expect(list).toContain(`${id}  viewer  backup job`);
    expect(list).not.toContain(key.slice(17));
    await run((context) => revokeApiKey(context, id));
    expect(await isValid(key)).toBe(false);
    expect(await run(showApiKeys)).toMatch(new RegExp(`${id} .* revoked 2`));
    await expect(run((context) => createApiKey(context, 'a\u202eb', 'viewer'))).rejects.toThrow('U+202E');
  });

  it('the next start does not restore a revoked key or a changed password', async () => {
    const key = newApiKey();
    const ensureKey = (): Promise<void> =>
      new EnsureApiKeyHandler(control, new EventStore(control)).execute(
        new EnsureApiKey(key, 'bootstrap', 'admin', METADATA),
      );
    await ensureKey();
    await run((context) => revokeApiKey(context, key.slice(4, 16)));
    await ensureKey();
    await ensureAdmin();
    expect(await isValid(key)).toBe(false);
    await expect(logIn(PASSWORD)).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});
