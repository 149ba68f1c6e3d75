import { decodeJwt, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { AccessTokens, AUDIENCE } from './access-token';
import { SignedTokens } from './signed-tokens';

const SECRET = 's'.repeat(48);
const CLAIMS = { userId: 'u', name: 'Ada', sessionId: 's' } as const;
const USER = { ...CLAIMS, role: 'viewer' } as const;
const inS = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

describe('access tokens', () => {
  const tokens = new AccessTokens(SECRET);

  it('contain the logged-in user', async () => {
    const expiresAtS = inS(60);
    await expect(tokens.verifyAccessToken(await tokens.signAccessToken(USER, expiresAtS))).resolves.toEqual({
      ...CLAIMS,
      expiresAtS,
    });
  });

  it('contain the role for api processes of the release before, and are valid with another or none', async () => {
    expect(decodeJwt(await tokens.signAccessToken(USER, inS(60)))).toMatchObject({ role: 'viewer' });
    for (const more of [{}, { role: 'owner' }]) {
      const claims = { sub: 'u', name: 'Ada', sid: 's', ...more };
      const token = await new SignedTokens(SECRET, AUDIENCE).signClaims(claims, inS(60));
      await expect(tokens.verifyAccessToken(token)).resolves.toMatchObject(CLAIMS);
    }
  });

  it('are refused when expired, forged, signed with another key, or without required claims', async () => {
    const otherKey = new AccessTokens('o'.repeat(48));
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"u"}').toString('base64url')}.`;
    const withoutUser = await new SignedTokens(SECRET, AUDIENCE).signClaims({ name: 'Ada', sid: 's' }, inS(60));
    const foreign = await new SignJWT({ name: 'x', sid: 's' })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('u')
      .setExpirationTime(inS(60))
      .sign(new TextEncoder().encode(SECRET));
    for (const token of [
      await tokens.signAccessToken(USER, inS(-1)),
      await otherKey.signAccessToken(USER, inS(60)),
      unsigned,
      foreign,
      withoutUser,
      'not a token',
      '',
    ]) {
      await expect(tokens.verifyAccessToken(token), token).resolves.toBeNull();
    }
  });

  it('require a long secret', () => {
    expect(() => new AccessTokens('short')).toThrow('at least 32 bytes');
  });
});
