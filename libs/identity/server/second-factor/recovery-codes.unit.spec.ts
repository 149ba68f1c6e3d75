import { expect, it } from 'vitest';
import { hashOfRecoveryCode, newRecoveryCodes } from './recovery-codes';

it('are ten different codes that can be typed in lower case and without hyphens', () => {
  const codes = newRecoveryCodes();
  expect(new Set(codes).size).toBe(10);
  for (const code of codes) {
    expect(code).toMatch(/^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$/);
    expect(hashOfRecoveryCode(code.toLowerCase().replaceAll('-', ' '))).toEqual(hashOfRecoveryCode(code));
  }
  expect(hashOfRecoveryCode(codes[0])).not.toEqual(hashOfRecoveryCode(codes[1]));
});

it.each(['', '123456', 'AAAA-AAAA-AAAA-AAA', 'AAAA-AAAA-AAAA-AAAA-A', 'AAAA-AAAA-AAAA-AAA1'])(
  'are never %j',
  (text) => {
    expect(hashOfRecoveryCode(text)).toBeNull();
  },
);
