import { describe, expect, it } from 'vitest';
import { base32Text, matchingStep, newTotpSecret, otpauthUri, stepAt, totpCode } from './totp';

/** Of RFC 6238, appendix B. */
const SECRET = Buffer.from('12345678901234567890');

describe('a code', () => {
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('is the one of RFC 6238 at %i s', (seconds, code) => {
    expect(totpCode(SECRET, stepAt(seconds * 1_000))).toBe(code);
    expect(matchingStep(SECRET, code, seconds * 1_000, null)).toBe(stepAt(seconds * 1_000));
  });

  it('is accepted one step early and late, and not two', () => {
    const nowMs = 1_700_000_000_000;
    const accepted = [-2, -1, 0, 1, 2].map((late) => {
      const code = totpCode(SECRET, stepAt(nowMs) + late);
      return matchingStep(SECRET, code, nowMs, null) !== null;
    });
    expect(accepted).toEqual([false, true, true, true, false]);
  });

  it('is not accepted again, nor an earlier one after a later one', () => {
    const nowMs = 1_700_000_000_000;
    const step = stepAt(nowMs);
    expect(matchingStep(SECRET, totpCode(SECRET, step), nowMs, step)).toBeNull();
    expect(matchingStep(SECRET, totpCode(SECRET, step - 1), nowMs, step)).toBeNull();
    expect(matchingStep(SECRET, totpCode(SECRET, step + 1), nowMs, step)).toBe(step + 1);
  });

  it.each(['', '28708', '2870822', '28708a', ' 287082', '２８７０８２', '287082\n'])('is never %j', (code) => {
    expect(matchingStep(SECRET, code, 59_000, null)).toBeNull();
  });
});

describe('the secret', () => {
  it('has 160 random bits, as base32 of 32 characters', () => {
    expect(newTotpSecret()).toHaveLength(20);
    expect(newTotpSecret()).not.toEqual(newTotpSecret());
    expect(base32Text(SECRET)).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
    expect(base32Text(Buffer.from('fooba'))).toBe('MZXW6YTB');
    expect(base32Text(Buffer.from('f'))).toBe('MY');
  });

  it('is in the address for the app, where a name cannot add parameters', () => {
    expect(otpauthUri('MZXW6', 'a&secret=x:b', 'ICMP-Mon')).toBe(
      'otpauth://totp/ICMP-Mon:a%26secret%3Dx%3Ab?secret=MZXW6&issuer=ICMP-Mon&algorithm=SHA1&digits=6&period=30',
    );
  });
});
