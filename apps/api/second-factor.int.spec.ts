import type { EnrolledSession, RecoveryCodes, SecondFactorEnrolment } from '@icmp-mon/identity/contract';
import { appCode } from '@icmp-mon/identity/server/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedIn } from './testing/browser-session';
import { secondFactorOf, SecondFactorUsers, wrongCode } from './testing/second-factor-users';
import { startTestApi, type TestApi } from './testing/test-api';
import { MEMBER_PASSWORD } from './testing/test-users';

/** Sessions of this database that wait for a lock on a user. */
const WAITING = `SELECT 1 FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%user_account%FOR UPDATE%'`;

let api: TestApi;
let users: SecondFactorUsers;

beforeAll(async () => {
  api = await startTestApi({ secondFactorRequired: ['engineer'] });
  users = new SecondFactorUsers(api);
});
afterAll(() => api.stop());

describe('enabling a second factor', () => {
  it('needs the password and a valid code, and ends the other logins', async () => {
    const { id, ask } = await users.addMember('enables', 'viewer');
    const other = await signedIn(api, 'enables', MEMBER_PASSWORD);
    expect(await secondFactorOf(ask)).toEqual({
      enabledAt: null,
      recoveryCodesLeft: 0,
      isRequired: false,
      isPossible: true,
    });
    const wrong = await ask('POST', 'auth/second-factor', { password: 'wrong' });
    expect(await wrong.json()).toMatchObject({ status: 400, errors: [{ pointer: '#/password', detail: 'is wrong' }] });
    expect((await ask('POST', 'auth/second-factor/confirm', { code: '123456' })).status).toBe(409);
    const { secret, uri } = (await (
      await ask('POST', 'auth/second-factor', { password: MEMBER_PASSWORD })
    ).json()) as SecondFactorEnrolment;
    expect(uri).toBe(
      `otpauth://totp/ICMP-Mon:enables?secret=${secret}&issuer=ICMP-Mon&algorithm=SHA1&digits=6&period=30`,
    );
    const refused = await ask('POST', 'auth/second-factor/confirm', { code: wrongCode(secret) });
    expect(await refused.json()).toMatchObject({ status: 400, errors: [{ pointer: '#/code' }] });
    expect(await users.logIn('enables', MEMBER_PASSWORD)).toBe(200);
    const confirmed = await ask('POST', 'auth/second-factor/confirm', { code: appCode(secret) });
    expect(((await confirmed.json()) as RecoveryCodes).recoveryCodes).toHaveLength(10);
    expect(await secondFactorOf(ask)).toMatchObject({ enabledAt: expect.any(String) as string, recoveryCodesLeft: 10 });
    expect((await other('GET', 'auth/me')).status).toBe(401);
    expect(await users.logIn('enables', MEMBER_PASSWORD)).toBe(202);
    expect((await ask('POST', 'auth/second-factor', { password: MEMBER_PASSWORD })).status).toBe(409);
    expect((await users.userOf(id))?.hasSecondFactor).toBe(true);
    expect((await users.eventTypes(id)).at(-1)).toBe('SecondFactorEnabled');
  });

  it('stores neither the secret nor a recovery code in clear', async () => {
    const { id, secret, recoveryCodes } = await users.addWithSecondFactor('stored');
    const [row] = await api.control.query<{ text: string }>(
      `SELECT encode(f.secret, 'escape') || encode(f.secret, 'hex') || string_agg(encode(c.hash, 'escape'), ' ') AS text
       FROM second_factor f JOIN recovery_code c USING (user_id) WHERE f.user_id = $1 GROUP BY f.secret`,
      [id],
    );
    for (const text of [secret, ...recoveryCodes]) expect(row.text).not.toContain(text);
    const events = await api.control.query<{ data: object }>('SELECT data FROM event WHERE stream = $1', [
      `user-${id}`,
    ]);
    expect(JSON.stringify(events)).not.toContain(secret);
  });

  it('is not possible for an API key', async () => {
    expect((await api.sendRequest('/api/v1/auth/second-factor')).status).toBe(403);
  });

  it('must be confirmed within 15 minutes', async () => {
    const { id, ask } = await users.addMember('slow', 'viewer');
    const begun = await ask('POST', 'auth/second-factor', { password: MEMBER_PASSWORD });
    const { secret } = (await begun.json()) as SecondFactorEnrolment;
    await api.control.execute(
      `UPDATE second_factor SET created_at = now() - interval '16 minutes' WHERE user_id = $1`,
      [id],
    );
    expect((await ask('POST', 'auth/second-factor/confirm', { code: appCode(secret) })).status).toBe(409);
    expect(await users.logIn('slow', MEMBER_PASSWORD)).toBe(200);
  });
});

describe('an enrolment that is begun again while its first code is confirmed', () => {
  it('does not enable the new secret, whose code was not given', async () => {
    const { id, ask } = await users.addMember('twice', 'viewer');
    const begin = async (): Promise<string> => {
      const begun = await ask('POST', 'auth/second-factor', { password: MEMBER_PASSWORD });
      return ((await begun.json()) as SecondFactorEnrolment).secret;
    };
    const first = await begin();
    const confirmed = await api.control.transaction(async (sql) => {
      await sql.query('SELECT 1 FROM user_account WHERE id = $1 FOR UPDATE', [id]);
      const confirming = ask('POST', 'auth/second-factor/confirm', { code: appCode(first) });
      await expect.poll(() => api.control.query(WAITING), { timeout: 5_000 }).toHaveLength(1);
      expect(await begin()).not.toBe(first);
      return { confirming };
    });
    expect((await confirmed.confirming).status).toBe(409);
    expect(await users.logIn('twice', MEMBER_PASSWORD)).toBe(200);
  });
});

describe('a second factor', () => {
  it('is disabled with password and code only', async () => {
    const { id, ask, secret, recoveryCodes } = await users.addWithSecondFactor('disables');
    const disable = (password: string, code: string): Promise<Response> =>
      ask('POST', 'auth/second-factor/disable', { password, code });
    expect((await disable('wrong', appCode(secret))).status).toBe(400);
    expect((await disable(MEMBER_PASSWORD, wrongCode(secret))).status).toBe(400);
    expect((await disable(MEMBER_PASSWORD, recoveryCodes[0])).status).toBe(204);
    expect((await disable(MEMBER_PASSWORD, recoveryCodes[1])).status).toBe(409);
    expect(await users.logIn('disables', MEMBER_PASSWORD)).toBe(200);
    expect((await users.eventTypes(id)).at(-1)).toBe('SecondFactorDisabled');
  });

  it('gets new recovery codes, which replace the former ones', async () => {
    const { ask, secret, recoveryCodes } = await users.addWithSecondFactor('renews');
    const proof = { password: MEMBER_PASSWORD, code: appCode(secret) };
    const renewed = await ask('POST', 'auth/second-factor/recovery-codes', proof);
    const { recoveryCodes: next } = (await renewed.json()) as RecoveryCodes;
    expect(next).toHaveLength(10);
    expect(await users.finishLogin('renews', recoveryCodes[0])).toBe(401);
    expect(await users.finishLogin('renews', next[0])).toBe(200);
  });

  it('is reset by an administrator, who ends all logins with it', async () => {
    const { id, ask } = await users.addWithSecondFactor('lost');
    const reset = (role: 'admin' | 'engineer' = 'admin'): Promise<Response> =>
      api.sendRequest(`/api/v1/users/${id}/second-factor`, { method: 'DELETE', role });
    const open = await users.challengeOf('lost');
    expect((await reset('engineer')).status).toBe(403);
    expect((await reset()).status).toBe(204);
    expect((await reset()).status).toBe(409);
    expect((await users.askLogin('login/code', { challenge: open.challenge, code: '123456' })).status).toBe(400);
    expect((await ask('GET', 'auth/me')).status).toBe(401);
    expect(await users.logIn('lost', MEMBER_PASSWORD)).toBe(200);
    expect((await users.eventTypes(id)).at(-1)).toBe('SecondFactorReset');
  });

  it('whose secret can no longer be read is refused with what to do', async () => {
    const { id } = await users.addWithSecondFactor('unreadable');
    await api.control.execute(`UPDATE second_factor SET secret = '\\x00' WHERE user_id = $1`, [id]);
    const { challenge } = await users.challengeOf('unreadable');
    const refused = await users.askLogin('login/code', { challenge, code: '123456' });
    expect(await refused.json()).toMatchObject({ status: 409, detail: expect.stringContaining('reset') as string });
  });
});

describe('a role that requires a second factor', () => {
  it('makes its users enrol at the next login, and keep it', async () => {
    const { user, link } = await users.inviteUser('must', 'engineer');
    expect((await users.useLink(link.token)).status).toBe(200);
    const { challenge, step } = await users.challengeOf('must');
    expect(step).toBe('enrolment');
    expect((await users.askLogin('login/code', { challenge, code: '123456' })).status).toBe(400);
    expect((await users.askLogin('login/enrolment/confirm', { challenge, code: '123456' })).status).toBe(409);
    const { secret } = (await (await users.askLogin('login/enrolment', { challenge })).json()) as SecondFactorEnrolment;
    expect((await users.askLogin('login/enrolment/confirm', { challenge, code: wrongCode(secret) })).status).toBe(401);
    const response = await users.askLogin('login/enrolment/confirm', { challenge, code: appCode(secret, -1) });
    const session = (await response.json()) as EnrolledSession;
    expect(session).toMatchObject({ user: 'must', role: 'engineer' });
    expect(session.recoveryCodes).toHaveLength(10);
    const cookie = response.headers.getSetCookie().map((each) => each.split(';')[0]);
    const disabled = await fetch(`${api.url}/api/v1/auth/second-factor/disable`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: api.url, cookie: cookie.join('; ') },
      body: JSON.stringify({ password: MEMBER_PASSWORD, code: session.recoveryCodes[0] }),
    });
    expect(await disabled.json()).toMatchObject({ status: 409, detail: expect.stringContaining('requires') as string });
    expect((await users.askLogin('login/enrolment/confirm', { challenge, code: appCode(secret) })).status).toBe(400);
    expect(await users.finishLogin('must', appCode(secret))).toBe(200);
    expect((await users.userOf(user.id))?.hasSecondFactor).toBe(true);
  });

  it('leaves API keys as they are', async () => {
    expect((await api.sendRequest('/api/v1/targets', { role: 'engineer' })).status).toBe(200);
  });
});
