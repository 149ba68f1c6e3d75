import { describe, expect, it } from 'vitest';
import { SecretBox } from './secret-box';

const SECRET = 's'.repeat(48);
const box = new SecretBox(SECRET, 'second factor');

describe('a sealed text', () => {
  it('can be read by each process with the same secret file', () => {
    const sealed = box.sealText('JBSWY3DP', 'user 1');
    expect(sealed.toString('latin1')).not.toContain('JBSWY3DP');
    expect(new SecretBox(SECRET, 'second factor').openText(sealed, 'user 1')).toBe('JBSWY3DP');
    expect(box.sealText('JBSWY3DP', 'user 1')).not.toEqual(sealed);
  });

  it('cannot be read at another place, for another purpose, with another secret, or after a change', () => {
    const sealed = box.sealText('JBSWY3DP', 'user 1');
    expect(box.openText(sealed, 'user 2')).toBeNull();
    expect(new SecretBox(SECRET, 'sign-in').openText(sealed, 'user 1')).toBeNull();
    expect(new SecretBox('t'.repeat(48), 'second factor').openText(sealed, 'user 1')).toBeNull();
    for (const at of [0, 12, 28]) {
      const changed = Buffer.from(sealed);
      changed[at] ^= 1;
      expect(box.openText(changed, 'user 1')).toBeNull();
    }
    expect(box.openText(Buffer.from('short'), 'user 1')).toBeNull();
  });
});
