import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ChangeUserScope, ChangeUserScopeHandler } from '../accounts/change-user-scope';
import { RemoveUser, RemoveUserHandler } from '../accounts/remove-user';
import { Sessions } from '../sessions/sessions';
import type { IssuerIdentity } from './issuer';
import { IssuerLogins } from './issuer-logins';
import { IssuerUsers } from './issuer-users';
import type { SingleSignOnOptions } from './single-sign-on-options';
import { SecretBox } from '@icmp-mon/platform/secrets';
import { PERMISSIONS } from '@icmp-mon/identity/contract';

const METADATA = { actor: 'user:ada', causationId: null, correlationId: newId() };
const MANAGER = { permissions: PERMISSIONS };
const OPTIONS = {
  issuer: 'https://sso.example.net',
  groupRoles: [
    { group: 'noc', role: 'operator' },
    { group: 'admins', role: 'admin' },
    { group: 'acme', role: 'engineer', scope: 'customer=acme' },
  ],
} as unknown as SingleSignOnOptions;

let testing: TestDatabase;
let control: ControlDatabase;
let store: EventStore;
let sessions: Sessions;
let users: IssuerUsers;

beforeAll(async () => {
  testing = await testDatabase('control');
  control = new ControlDatabase({ url: testing.url });
  store = new EventStore(control);
  sessions = new Sessions(control);
  users = new IssuerUsers(control, store, sessions, OPTIONS);
});
afterAll(async () => {
  await control.close();
  await testing.dropDatabase();
});

const identityOf = (subject: string, ...groups: string[]): IssuerIdentity =>
  ({ subject, groups, claims: { preferred_username: subject }, refreshToken: null, idToken: null }) as IssuerIdentity;
const setScope = (userId: string, scope: string | null): Promise<void> =>
  new ChangeUserScopeHandler(store, sessions).execute(new ChangeUserScope(userId, scope, METADATA, MANAGER));
const removeUser = (userId: string): Promise<void> =>
  new RemoveUserHandler(store, sessions).execute(new RemoveUser(userId, METADATA, MANAGER));

/** Runs work immediately before the next command on a user, after its row was read. */
function beforeNextCommand(work: () => Promise<unknown>): void {
  const execute = store.execute.bind(store);
  vi.spyOn(store, 'execute').mockImplementationOnce((async (...args: Parameters<typeof execute>) => {
    await work();
    return execute(...args);
  }) as typeof store.execute);
}

describe('a user of the issuer', () => {
  it('has role and scope of its groups, also after they changed', async () => {
    const { userId } = await users.userOf(identityOf('leo', 'acme'), newId());
    const access = async (...groups: string[]): Promise<unknown> => {
      const { role, scope } = await users.userOf(identityOf('leo', ...groups), newId());
      const [row] = await control.query('SELECT role, scope FROM user_account WHERE id = $1', [userId]);
      expect(row).toEqual({ role, scope });
      return [role, scope];
    };
    expect(await access('acme')).toEqual(['engineer', 'customer=acme']);
    expect(await access('noc')).toEqual(['operator', null]);
    expect(await access('acme')).toEqual(['engineer', 'customer=acme']);
    expect(await access('acme', 'admins')).toEqual(['admin', null]);
    expect(await access('acme')).toEqual(['engineer', 'customer=acme']);
    await expect(setScope(userId, null)).rejects.toMatchObject({ code: 'conflict', message: /groups at the issuer/ });
  });

  it('keeps the scope of an administrator while its groups give none, with at most the role engineer', async () => {
    const { userId } = await users.userOf(identityOf('kim', 'noc'), newId());
    await setScope(userId, 'site=fra');
    expect(await users.userOf(identityOf('kim', 'noc'), newId())).toMatchObject({
      role: 'operator',
      scope: 'site=fra',
    });
    expect(await users.userOf(identityOf('kim', 'admins'), newId())).toMatchObject({
      role: 'engineer',
      scope: 'site=fra',
    });
    await setScope(userId, null);
    expect(await users.userOf(identityOf('kim', 'admins'), newId())).toMatchObject({ role: 'admin', scope: null });
    await expect(setScope(userId, 'site=fra')).rejects.toMatchObject({ code: 'conflict', message: /role admin/ });
  });

  it('who is limited while the groups give the role admin, gets the role engineer', async () => {
    const { userId } = await users.userOf(identityOf('max', 'noc'), newId());
    beforeNextCommand(() => setScope(userId, 'site=fra'));
    expect(await users.userOf(identityOf('max', 'admins'), newId())).toMatchObject({
      role: 'engineer',
      scope: 'site=fra',
    });
  });

  it('who is removed during the sign-in, is refused with this reason', async () => {
    const { userId } = await users.userOf(identityOf('eve', 'noc'), newId());
    beforeNextCommand(() => removeUser(userId));
    await expect(users.userOf(identityOf('eve', 'acme'), newId())).rejects.toMatchObject({ fault: 'removed' });
    const logins = new IssuerLogins(control, new SecretBox('x'.repeat(32), 'issuer login'));
    const login = control.transaction((sql) =>
      logins.beginWithin(sql, userId, 'state', identityOf('eve', 'noc'), {} as never),
    );
    await expect(login).rejects.toMatchObject({ fault: 'removed' });
    const again = await users.userOf(identityOf('eve', 'noc'), newId());
    expect(again.userId).not.toBe(userId);
  });
});
