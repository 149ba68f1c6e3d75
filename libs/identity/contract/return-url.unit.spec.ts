import { describe, expect, it } from 'vitest';
import { safeReturnUrl } from './return-url';

describe('safeReturnUrl', () => {
  it.each(['/targets?status=down', '/targets/127.0.0.1', '/'])('keeps %s', (url) => {
    expect(safeReturnUrl(url)).toBe(url);
  });

  it.each([null, undefined, '', 'https://elsewhere.example', '//elsewhere.example', '/\\elsewhere.example', '/login'])(
    'replaces %s with the dashboard',
    (url) => {
      expect(safeReturnUrl(url)).toBe('/');
    },
  );
});
