import { describe, expect, it } from 'vitest';
import { CredentialBox } from './credential-box';

describe('a stored credential', () => {
  const box = new CredentialBox('key');
  const place = 'source-1 https://netbox.example.net';

  it('is encrypted, and different each time', () => {
    const [first, second] = [
      box.sealCredential('token-of-netbox', place),
      box.sealCredential('token-of-netbox', place),
    ];
    expect(first.toString('latin1')).not.toContain('token');
    expect(first.equals(second)).toBe(false);
    expect(new CredentialBox('key').openCredential(first, place)).toBe('token-of-netbox');
  });

  it('cannot be opened with another key, for another source or server, or after a change', () => {
    const sealed = box.sealCredential('token', place);
    const changed = Buffer.from(sealed);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    expect(() => new CredentialBox('other').openCredential(sealed, place)).toThrow('cannot be decrypted');
    expect(() => box.openCredential(sealed, 'source-1 https://other.example.net')).toThrow('cannot be decrypted');
    expect(() => box.openCredential(changed, place)).toThrow('cannot be decrypted');
    expect(() => new CredentialBox(undefined).openCredential(sealed, place)).toThrow('cannot be decrypted');
  });

  it('needs the setting', () => {
    expect(() => new CredentialBox(undefined).sealCredential('token', place)).toThrow('ICMPMON_CREDENTIALS_KEY');
  });
});
