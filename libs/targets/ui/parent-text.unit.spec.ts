import { describe, expect, it } from 'vitest';
import { parentsIn, parentsText } from './parent-text';

describe('parents as a text', () => {
  it('are separated by blanks, commas or new lines', () => {
    expect(parentsIn(' 192.0.2.1, 192.0.2.2\n2001:db8::1 ')).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::1']);
    expect(parentsIn('  ')).toEqual([]);
  });

  it('are addresses, and ids in another VRF, where the address would be another target', () => {
    const parents = [
      { id: 'a', ip: '192.0.2.1', vrf: 'default' },
      { id: 'b', ip: '192.0.2.1', vrf: 'lab' },
    ];
    expect(parentsText(parents, 'default')).toBe('192.0.2.1 b');
    expect(parentsIn(parentsText(parents, 'lab'))).toEqual(['a', '192.0.2.1']);
  });
});
