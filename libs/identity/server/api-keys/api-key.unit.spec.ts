import { describe, expect, it } from 'vitest';
import { newApiKey, parseApiKey } from './api-key';

describe('API keys', () => {
  it('are parsed into their id and the hash of their secret', () => {
    const key = newApiKey();
    const parts = parseApiKey(key);
    expect(parts?.id).toBe(key.slice(4, 16));
    expect(parts?.secretHash).toHaveLength(32);
    expect(parseApiKey(newApiKey())?.secretHash.equals(parts?.secretHash ?? Buffer.alloc(0))).toBe(false);
  });

  it.each([
    '',
    'imk_',
    'imk_XYZ_abc',
    `imt_${'0'.repeat(12)}_${'A'.repeat(43)}`,
    `${newApiKey()}x`,
    `${newApiKey()}\n`,
  ])('are not valid in any other form: %j', (text) => {
    expect(parseApiKey(text)).toBeNull();
  });
});
