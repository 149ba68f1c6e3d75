import type {
  LoginChallenge,
  RecoveryCodes,
  SecondFactorEnrolment,
  SecondFactorView,
} from '@icmp-mon/identity/contract';
import { appCode } from '@icmp-mon/identity/server/testing';
import { expect } from 'vitest';
import type { Ask } from './browser-session';
import { MEMBER_PASSWORD, TestUsers } from './test-users';

export interface Enrolled {
  id: string;
  ask: Ask;
  /** In base32. */
  secret: string;
  recoveryCodes: string[];
}

/** Returns a code that is right at no time near the current one. */
export function wrongCode(secret: string): string {
  const right = [-2, -1, 0, 1, 2].map((late) => appCode(secret, late));
  return ['000000', '111111', '222222', '333333', '444444', '555555'].find((code) => !right.includes(code)) ?? '';
}

/** Users with second factors, and the steps of their logins. */
export class SecondFactorUsers extends TestUsers {
  /** Sends a request without credentials, as the sign-in page does. */
  askLogin(path: string, body: object, origin = this.api.url): Promise<Response> {
    return this.askAnonymously(`auth/${path}`, body, { origin });
  }

  async challengeOf(user: string): Promise<LoginChallenge> {
    const response = await this.askLogin('login', { user, password: MEMBER_PASSWORD });
    expect(response.status).toBe(202);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(response.headers.get('cache-control')).toBe('no-store');
    return (await response.json()) as LoginChallenge;
  }

  /** Returns the status of a login with password and code. */
  async finishLogin(user: string, code: string): Promise<number> {
    const { challenge } = await this.challengeOf(user);
    return (await this.askLogin('login/code', { challenge, code })).status;
  }

  /** Creates a viewer who has a second factor. The former code is used for it, so that the current one is still unused. */
  async addWithSecondFactor(name: string): Promise<Enrolled> {
    const { id, ask } = await this.addMember(name, 'viewer');
    const begun = await ask('POST', 'auth/second-factor', { password: MEMBER_PASSWORD });
    expect(begun.status).toBe(200);
    const { secret } = (await begun.json()) as SecondFactorEnrolment;
    const confirmed = await ask('POST', 'auth/second-factor/confirm', { code: appCode(secret, -1) });
    expect(confirmed.status).toBe(200);
    return { id, ask, secret, ...((await confirmed.json()) as RecoveryCodes) };
  }
}

export const secondFactorOf = async (ask: Ask): Promise<SecondFactorView> =>
  (await (await ask('GET', 'auth/second-factor')).json()) as SecondFactorView;
