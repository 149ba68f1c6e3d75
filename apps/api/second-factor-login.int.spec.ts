import type { LoginChallenge } from '@icmp-mon/identity/contract';
import { Sessions } from '@icmp-mon/identity/server';
import { appCode } from '@icmp-mon/identity/server/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secondFactorOf, SecondFactorUsers, wrongCode } from './testing/second-factor-users';
import { startTestApi, type TestApi } from './testing/test-api';
import { MEMBER_PASSWORD } from './testing/test-users';

let api: TestApi;
let users: SecondFactorUsers;

beforeAll(async () => {
  api = await startTestApi();
  users = new SecondFactorUsers(api);
});
afterAll(() => api.stop());

describe('a login with a second factor', () => {
  it('gives a session for a right code, with cookies of a known browser', async () => {
    const { secret } = await users.addWithSecondFactor('signs in');
    const { challenge, step } = await users.challengeOf('signs in');
    expect(step).toBe('code');
    const response = await users.askLogin('login/code', {
      challenge,
      code: ` ${appCode(secret).replace(/^.{3}/, '$& ')}`,
    });
    expect(await response.json()).toMatchObject({ user: 'signs in', role: 'viewer' });
    expect(response.headers.getSetCookie()).toHaveLength(3);
  });

  it('is refused from another site before it uses up a challenge or a code', async () => {
    const { id, recoveryCodes } = await users.addWithSecondFactor('lured');
    const { challenge } = await users.challengeOf('lured');
    const given = { challenge, code: recoveryCodes[0] };
    for (const path of ['login/code', 'login/enrolment/confirm'])
      expect((await users.askLogin(path, given, 'https://evil.example')).status, path).toBe(403);
    expect((await users.askLogin('login/enrolment', { challenge }, 'https://evil.example')).status).toBe(403);
    expect(await api.control.query('SELECT FROM login_session WHERE user_id = $1', [id])).toHaveLength(1);
    expect((await users.askLogin('login/code', given)).status).toBe(200);
  });

  it('accepts a code once, even in two requests at the same time', async () => {
    const { secret } = await users.addWithSecondFactor('twice');
    const code = appCode(secret);
    const challenges = [await users.challengeOf('twice'), await users.challengeOf('twice')];
    const answers = await Promise.all(
      challenges.map(({ challenge }) => users.askLogin('login/code', { challenge, code })),
    );
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
    expect(await users.finishLogin('twice', code)).toBe(401);
  });

  it('uses up its challenge, which is not a session and permits no other step', async () => {
    const { secret, recoveryCodes } = await users.addWithSecondFactor('once');
    const { challenge } = await users.challengeOf('once');
    const asSession = await fetch(`${api.url}/api/v1/auth/me`, { headers: { cookie: `icmpmon_session=${challenge}` } });
    expect(asSession.status).toBe(401);
    const asKey = await fetch(`${api.url}/api/v1/auth/me`, { headers: { authorization: `Bearer ${challenge}` } });
    expect(asKey.status).toBe(401);
    expect((await users.askLogin('login/enrolment', { challenge })).status).toBe(400);
    expect((await users.askLogin('login/enrolment/confirm', { challenge, code: appCode(secret) })).status).toBe(400);
    expect((await users.askLogin('login/code', { challenge, code: appCode(secret) })).status).toBe(200);
    const again = await users.askLogin('login/code', { challenge, code: recoveryCodes[0] });
    expect(await again.json()).toMatchObject({ status: 400, errors: [{ pointer: '#/challenge' }] });
  });

  it('expires, and ends with five wrong codes, a changed password or a disabled user', async () => {
    const { id, ask, secret } = await users.addWithSecondFactor('ends');
    const open = await users.challengeOf('ends');
    await api.control.execute(`UPDATE login_challenge SET expires_at = now() WHERE user_id = $1`, [id]);
    expect((await users.askLogin('login/code', { challenge: open.challenge, code: appCode(secret) })).status).toBe(400);
    const guessed = await users.challengeOf('ends');
    for (let time = 0; time < 5; time += 1)
      expect(
        (await users.askLogin('login/code', { challenge: guessed.challenge, code: wrongCode(secret) })).status,
      ).toBe(401);
    expect((await users.askLogin('login/code', { challenge: guessed.challenge, code: appCode(secret) })).status).toBe(
      400,
    );
    const before = await users.challengeOf('ends');
    const newPassword = 'yet another password of mine';
    await ask('PUT', 'auth/password', { currentPassword: MEMBER_PASSWORD, newPassword });
    expect((await users.askLogin('login/code', { challenge: before.challenge, code: appCode(secret) })).status).toBe(
      400,
    );
    const login = await users.askLogin('login', { user: 'ends', password: newPassword });
    const { challenge } = (await login.json()) as LoginChallenge;
    await api.sendRequest(`/api/v1/users/${id}/disable`, { method: 'POST' });
    expect((await users.askLogin('login/code', { challenge, code: appCode(secret) })).status).toBe(400);
  });

  it('limits guesses over all challenges: the right password does not reset the count', async () => {
    const { id, secret } = await users.addWithSecondFactor('guessed');
    const statuses: number[] = [];
    for (let time = 0; time < 12; time += 1) statuses.push(await users.finishLogin('guessed', wrongCode(secret)));
    expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 401));
    expect(statuses.slice(10)).toEqual([429, 429]);
    const { challenge } = await users.challengeOf('guessed');
    const refused = await users.askLogin('login/code', { challenge, code: appCode(secret) });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await api.control.execute('UPDATE second_factor SET blocked_until = now() WHERE user_id = $1', [id]);
    expect((await users.askLogin('login/code', { challenge, code: appCode(secret) })).status).not.toBe(401);
  });

  it('accepts each recovery code once, and records it', async () => {
    const { id, ask, recoveryCodes } = await users.addWithSecondFactor('recovers');
    const [first, second] = recoveryCodes;
    expect(await users.finishLogin('recovers', first.toLowerCase())).toBe(200);
    expect(await users.finishLogin('recovers', first)).toBe(401);
    expect((await users.eventTypes(id)).at(-1)).toBe('RecoveryCodeUsed');
    expect(await secondFactorOf(ask)).toMatchObject({ recoveryCodesLeft: 9 });
    const challenges = [await users.challengeOf('recovers'), await users.challengeOf('recovers')];
    const answers = await Promise.all(
      challenges.map(({ challenge }) => users.askLogin('login/code', { challenge, code: second })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect((await users.askLogin('login/code', { challenge: 'imc_unknown', code: second })).status).toBe(400);
  });

  it('is needed after a password was set by a link, too', async () => {
    const { id } = await users.addWithSecondFactor('forgets');
    const link = await api.postJson(`/api/v1/users/${id}/password-link`, {});
    expect((await users.useLink(((await link.json()) as { token: string }).token)).status).toBe(200);
    expect(await users.logIn('forgets', MEMBER_PASSWORD)).toBe(202);
  });

  it('is not begun by a right password that was verified before the second factor was enabled', async () => {
    const { id } = await users.addWithSecondFactor('raced');
    const [user] = await api.control.query<{ hash: string }>(
      'SELECT password_hash AS hash FROM user_account WHERE id = $1',
      [id],
    );
    const proof = { userId: id, passwordHash: user.hash, hasSecondFactor: false };
    const begun = new Sessions(api.control).beginSession(proof, { address: null, userAgent: null });
    await expect(begun).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});
