import { describe, expect, it } from 'vitest';
import { liveIdText, parseLiveId } from './live-id';

describe('the id of a live result', () => {
  it.each(['0:0:0', '7:-1:999999999', '65535:123456789012345:12'])('parses %s', (text) => {
    const id = parseLiveId(text);
    expect(id && liveIdText(id)).toBe(text);
  });

  it.each(['', '1:2', '1:-2:0', '1:2:3:4', 'a:b:c', '1:9999999999999999:0', ' 1:2:3'])('rejects "%s"', (text) => {
    expect(parseLiveId(text)).toBeNull();
  });
});
