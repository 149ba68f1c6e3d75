import { describe, expect, it } from 'vitest';
import { certificateText } from './certificate-text';

describe('certificateText', () => {
  it.each([
    ['2026-11-30T08:00:00Z', 'for 24 h'],
    ['2026-11-29T08:59:59Z', 'for less than 1 h'],
    ['2026-11-29T08:00:00Z', 'expired'],
  ])('says how long one that ends at %s is good for', (notAfter, text) => {
    expect(certificateText(notAfter, Date.parse('2026-11-29T08:00:00Z'))).toBe(text);
  });
});
