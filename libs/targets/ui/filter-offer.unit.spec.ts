import { describe, expect, it } from 'vitest';
import { offeredFilter } from './filter-offer';

describe('offering a search text as a filter', () => {
  it.each([
    'site=fra AND NOT role=lab',
    'status=down',
    'ip IN 10.0.0.0/8',
    'name ~ "core-*"',
    'NOT site=fra',
    ' tier=fast ',
  ])('offers %j', (text) => {
    expect(offeredFilter(text)).toBe(text.trim());
  });

  it.each(['', 'edge', 'site=fra', '10.0.0.', 'site=fra role=edge', 'site=fra AND', 'edge AND lab'])(
    'leaves %j as a search',
    (text) => {
      expect(offeredFilter(text)).toBeNull();
    },
  );
});
