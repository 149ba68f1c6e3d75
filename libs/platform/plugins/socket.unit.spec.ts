import { describe, expect, it } from 'vitest';
import { Socket } from './socket';

class Names extends Socket<{ name: string; from: string }> {
  protected keyOf({ name }: { name: string }): string {
    return name;
  }
}

describe('a socket', () => {
  it('returns the contributions sorted by key, regardless of the order in which they were plugged in', () => {
    const names = new Names();
    names.plug({ name: 'b', from: '1' });
    names.plug({ name: 'c', from: '2' }, { name: 'a', from: '2' });
    expect(names.plugged.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('refuses a second contribution with the same key and names the key', () => {
    const names = new Names();
    names.plug({ name: 'a', from: '1' });
    expect(() => names.plug({ name: 'a', from: '2' })).toThrow('Names: "a" is plugged in twice.');
  });
});
