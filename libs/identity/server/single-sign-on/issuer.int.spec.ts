import { eventually } from '@icmp-mon/platform/testing';
import { generateKeyPair, type JWTPayload } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { FORGER_CLIENT, ForgingIssuer } from '../testing';
import { Issuer, type IssuerIdentity } from './issuer';

const SECRETS = { state: 'state', nonce: 'nonce', codeVerifier: 'v'.repeat(43) };
const CLIENT_SECRET = 'client secret of at least 32 bytes';

let forger: ForgingIssuer;
let issuer: Issuer;

const issuerAt = (url: string): Issuer =>
  new Issuer({
    ...{ issuer: url, clientId: FORGER_CLIENT, clientSecret: CLIENT_SECRET, label: 'Forger' },
    ...{ scopes: ['openid'], groupsClaim: 'groups', groupRoles: [], publicUrl: 'http://127.0.0.1:8080' },
  });

beforeAll(async () => {
  forger = await ForgingIssuer.start();
  issuer = issuerAt(forger.url);
});
beforeEach(() => {
  forger.tokenAnswer = null;
  forger.userinfo = {};
});
afterAll(() => forger.stop());

const finish = (query = `code=c&state=state&iss=${encodeURIComponent(forger.url)}`): Promise<IssuerIdentity> =>
  issuer.finishSignIn(query, SECRETS);

async function finishWith(change: JWTPayload): Promise<IssuerIdentity> {
  forger.tokens = { id_token: await forger.idToken(change) };
  return finish();
}

const refused = (fault: string): object => ({ name: 'SignInRefused', fault });

describe('an ID token', () => {
  it('is accepted if all of it is right', async () => {
    expect(await finishWith({})).toMatchObject({ subject: 'person', groups: ['noc'], refreshToken: null });
  });

  it.each<[string, () => JWTPayload]>([
    ['for another client', () => ({ aud: 'other' })],
    ['for this client and another one, without the authorized party', () => ({ aud: [FORGER_CLIENT, 'other'] })],
    ['with another authorized party', () => ({ aud: [FORGER_CLIENT, 'other'], azp: 'other' })],
    ['with another authorized party and one audience', () => ({ azp: 'other' })],
    ['of another issuer', () => ({ iss: 'https://evil.example' })],
    ['with another nonce', () => ({ nonce: 'other' })],
    ['without a nonce', () => ({ nonce: undefined })],
    ['without a subject', () => ({ sub: undefined })],
    ['that expired a minute ago', () => ({ exp: Math.floor(Date.now() / 1_000) - 60 })],
    ['that is valid in a minute', () => ({ nbf: Math.floor(Date.now() / 1_000) + 60 })],
  ])('%s is refused', async (_what, change) => {
    await expect(finishWith(change())).rejects.toMatchObject(refused('rejected'));
  });

  it('may be 20 s too old or too new, because clocks differ', async () => {
    const nowS = Math.floor(Date.now() / 1_000);
    expect(await finishWith({ exp: nowS - 20, nbf: nowS + 20 })).toMatchObject({ subject: 'person' });
  });

  it('without a signature is refused, although the issuer announces that', async () => {
    const [, payload = ''] = (await forger.idToken({})).split('.');
    const header = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    for (const id_token of [`${header}.${payload}.`, `${header}.${payload}.AAAA`]) {
      forger.tokens = { id_token };
      await expect(finish()).rejects.toMatchObject(refused('rejected'));
    }
  });

  it('signed with another key, or with the secret of the client, is refused', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    forger.tokens = { id_token: await forger.idToken({}, privateKey) };
    await expect(finish()).rejects.toMatchObject(refused('rejected'));
    forger.tokens = { id_token: await forger.idToken({}, new TextEncoder().encode(CLIENT_SECRET), 'HS256') };
    await expect(finish()).rejects.toMatchObject(refused('rejected'));
  });

  it('that is missing is refused', async () => {
    forger.tokens = {};
    await expect(finish()).rejects.toMatchObject(refused('rejected'));
  });

  it('is accepted after the issuer has changed its key', async () => {
    await finishWith({});
    await forger.rotateKey('second');
    // Unknown keys are looked up again a minute after the last time.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 90_000 });
    try {
      expect(await finishWith({})).toMatchObject({ subject: 'person' });
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('an answer', () => {
  it.each<[string, (url: string) => string]>([
    ['of another issuer (mix-up)', () => 'code=c&state=state&iss=https%3A%2F%2Fevil.example'],
    ['without its issuer', () => 'code=c&state=state'],
    ['with another state', (url) => `code=c&state=other&iss=${url}`],
    ['without a state', (url) => `code=c&iss=${url}`],
    ['with two codes', (url) => `code=c&code=d&state=state&iss=${url}`],
    ['with two states', (url) => `code=c&state=state&state=state&iss=${url}`],
    ['with tokens in the address', (url) => `id_token=x&access_token=y&state=state&iss=${url}`],
    ['with an error', (url) => `error=server_error&state=state&iss=${url}`],
  ])('%s is refused', async (_what, query) => {
    forger.tokens = { id_token: await forger.idToken({}) };
    await expect(finish(query(encodeURIComponent(forger.url)))).rejects.toMatchObject(refused('rejected'));
  });

  it('of a person who cancelled is distinguished', async () => {
    const query = `error=access_denied&state=state&iss=${encodeURIComponent(forger.url)}`;
    await expect(finish(query)).rejects.toMatchObject(refused('cancelled'));
  });

  it.each([
    [503, 'unavailable'],
    [400, 'rejected'],
    [401, 'rejected'],
  ])('whose code is answered with status %i is %s', async (status, fault) => {
    forger.tokenAnswer = { status, body: { error: 'invalid_grant' } };
    await expect(finish()).rejects.toMatchObject(refused(fault));
  });
});

describe('groups', () => {
  it('are read from the userinfo endpoint if the ID token has none', async () => {
    forger.userinfo = { sub: 'person', groups: ['noc-admins'], preferred_username: 'ada' };
    const identity = await finishWith({ groups: undefined });
    expect(identity).toMatchObject({ groups: ['noc-admins'], claims: { preferred_username: 'ada' } });
  });

  it('of another person are refused', async () => {
    forger.userinfo = { sub: 'other', groups: ['noc-admins'] };
    await expect(finishWith({ groups: undefined })).rejects.toMatchObject(refused('rejected'));
  });

  it('that no answer has are none', async () => {
    forger.userinfo = { sub: 'person' };
    expect(await finishWith({ groups: undefined, _claim_names: { groups: 'src1' } })).toMatchObject({ groups: [] });
  });
});

describe('a renewal', () => {
  it('reads the groups again, and keeps the refresh token unless there is a new one', async () => {
    forger.tokens = { id_token: await forger.idToken({ groups: ['other'] }) };
    expect(await issuer.renewIdentity('old', 'person')).toMatchObject({ groups: ['other'], refreshToken: 'old' });
    forger.tokens = { id_token: await forger.idToken({}), refresh_token: 'new' };
    expect(await issuer.renewIdentity('old', 'person')).toMatchObject({ refreshToken: 'new' });
    forger.tokens = {};
    forger.userinfo = { sub: 'person', groups: ['by userinfo'] };
    expect(await issuer.renewIdentity('old', 'person')).toMatchObject({ groups: ['by userinfo'] });
  });

  it('that the issuer refuses, or answers for another person, is refused', async () => {
    forger.tokens = { id_token: await forger.idToken({ sub: 'other' }) };
    await expect(issuer.renewIdentity('old', 'person')).rejects.toMatchObject(refused('rejected'));
    forger.tokenAnswer = { status: 400, body: { error: 'invalid_grant' } };
    await expect(issuer.renewIdentity('old', 'person')).rejects.toMatchObject(refused('rejected'));
    forger.tokenAnswer = { status: 502, body: {} };
    await expect(issuer.renewIdentity('old', 'person')).rejects.toMatchObject(refused('unavailable'));
  });
});

describe('an issuer', () => {
  it('that names itself differently is not used', async () => {
    forger.metadata = { issuer: 'https://evil.example' };
    await expect(issuerAt(forger.url).beginSignIn()).rejects.toMatchObject(refused('unavailable'));
    forger.metadata = {};
  });

  it('that does not answer is asked again later, without asking at each request', async () => {
    const url = new URL(forger.url);
    forger.metadata = { authorization_endpoint: undefined, issuer: 'http://127.0.0.1:1' };
    const late = issuerAt(forger.url);
    await expect(late.beginSignIn()).rejects.toMatchObject(refused('unavailable'));
    forger.metadata = {};
    await expect(late.beginSignIn()).rejects.toMatchObject(refused('unavailable'));
    await eventually(async () => expect(new URL((await late.beginSignIn()).url).origin).toBe(url.origin));
  });

  it('without an address to end sessions has none', async () => {
    expect(await issuer.endSessionUrl('hint')).toBeNull();
    expect(await issuerAt('http://127.0.0.1:1').endSessionUrl('hint')).toBeNull();
  });
});
