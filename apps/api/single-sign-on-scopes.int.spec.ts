import type { SessionView } from '@icmp-mon/identity/contract';
import type { StandInPerson } from '@icmp-mon/identity/server/testing';
import type { TargetPage } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemOf } from './testing/problem-of';
import { SingleSignOnApi } from './testing/single-sign-on-api';

const people: StandInPerson[] = [
  { id: 'f81d4fae-leo', name: 'leo', groups: ['acme'] },
  { id: 'f81d4fae-kim', name: 'kim', groups: ['noc'] },
];

let signOn: SingleSignOnApi;

beforeAll(async () => {
  signOn = await SingleSignOnApi.start(people);
  for (const [ip, customer] of [
    ['10.1.0.1', 'acme'],
    ['10.2.0.1', 'bolt'],
  ]) {
    const body = { ip, tier: 'standard', tags: { customer } };
    expect((await signOn.api.postJson('/api/v1/targets', body)).status).toBe(201);
  }
});
afterAll(() => signOn.stop());

const setScope = async (name: string, scope: string | null): Promise<Response> => {
  const user = await signOn.userNamed(name);
  return signOn.api.sendJson('PUT', `/api/v1/users/${user?.id}/scope`, { scope });
};

describe('the scope of a group at the issuer', () => {
  it('limits a user from the first sign-in on, and follows the groups', async () => {
    const browser = signOn.newBrowser();
    const leo = signOn.personOf('f81d4fae-leo');
    const shown = async (): Promise<[SessionView['scope'], string[]]> => {
      const { scope } = (await (await browser.ask('GET', 'auth/me')).json()) as SessionView;
      const { items } = (await (await browser.ask('GET', 'targets?sort=ip')).json()) as TargetPage;
      return [scope, items.map(({ ip }) => ip)];
    };
    await browser.signIn(leo.id);
    expect(await shown()).toEqual(['customer=acme', ['10.1.0.1']]);
    leo.groups = ['acme', 'bolt'];
    await signOn.askAgain();
    expect(await (await browser.ask('POST', 'auth/refresh')).json()).toMatchObject({ role: 'engineer' });
    expect(await shown()).toEqual(['customer=acme OR customer=bolt', ['10.1.0.1', '10.2.0.1']]);
    leo.groups = ['bolt'];
    await signOn.askAgain();
    await browser.ask('POST', 'auth/refresh');
    expect(await shown()).toEqual(['customer=bolt', ['10.2.0.1']]);
    expect(await problemOf(setScope('leo', null))).toMatchObject({
      status: 409,
      detail: "The scope comes from the user's groups at the issuer.",
    });
  });

  it('set by an administrator at the moment at which the groups give the role admin, never ends in an error', async () => {
    const kim = signOn.personOf('f81d4fae-kim');
    await signOn.newBrowser().signIn(kim.id);
    for (let round = 0; round < 5; round += 1) {
      kim.groups = ['noc-admins'];
      const [set, path] = await Promise.all([setScope('kim', 'site=fra'), signOn.newBrowser().signIn(kim.id)]);
      expect(path).toBe('/');
      expect([204, 409]).toContain(set.status);
      const user = await signOn.userNamed('kim');
      expect([user?.role, user?.scope]).toEqual(set.status === 204 ? [user?.role, 'site=fra'] : ['admin', null]);
      expect(user?.role === 'admin' && user.scope !== null).toBe(false);
      kim.groups = ['noc'];
      await signOn.newBrowser().signIn(kim.id);
      expect((await setScope('kim', null)).status).toBe(204);
    }
  });
});
