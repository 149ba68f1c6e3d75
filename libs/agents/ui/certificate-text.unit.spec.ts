import { describe, expect, it } from 'vitest';
import { certificateText } from './certificate-text';

describe('certificateText', () => {
  it.each([
    ['2026-11-30T08:00:00Z', 'renews in 12 h'],
    ['2026-11-29T20:00:01Z', 'renews in less than 1 h'],
    ['2026-11-29T20:00:00Z', 'renewal overdue, expires in 12 h'],
    ['2026-11-29T08:59:59Z', 'renewal overdue, expires in less than 1 h'],
    ['2026-11-29T08:00:00Z', 'expired'],
  ])('of a certificate valid until %s is %s', (notAfter, text) => {
    expect(certificateText(notAfter, Date.parse('2026-11-29T08:00:00Z'))).toBe(text);
  });
});
