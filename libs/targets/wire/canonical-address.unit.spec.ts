import fc from 'fast-check';
import { isIP } from 'node:net';
import { describe, expect, it } from 'vitest';
import { canonicalAddress } from './canonical-address';

const canonical = (text: string): string => {
  const verdict = canonicalAddress(text);
  if (!verdict.ok) throw new Error(verdict.reason);
  return verdict.ip;
};

describe('canonicalAddress', () => {
  it.each([
    ['127.0.0.9', '127.0.0.9'],
    ['192.0.2.255', '192.0.2.255'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8::0:1', '2001:db8::1'],
    ['2001:db8:0:1:0:0:0:1', '2001:db8:0:1::1'],
    ['::1', '::1'],
    ['fd00::0001', 'fd00::1'],
  ])('converts %s to %s', (text, ip) => {
    expect(canonical(text)).toBe(ip);
  });

  it.each([
    ['127.1', 'full dotted address'],
    ['2130706433', 'full dotted address'],
    ['0x7f000001', 'full dotted address'],
    ['017700000001', 'full dotted address'],
    ['127.0.0.01', 'full dotted address'],
    ['0177.0.0.1', 'full dotted address'],
    ['256.0.0.1', 'full dotted address'],
    ['0x7f.0.0.1', 'not an IPv4 or IPv6 address'],
    ['-f/etc/passwd', 'a target is one address'],
    ['$(id)', 'not an IPv4 or IPv6 address'],
    ['example.org', 'give the address'],
    ['127.0.0.1\n', 'blanks'],
    ['\n127.0.0.1', 'blanks'],
    [' 127.0.0.1', 'blanks'],
    ['127.0.0.1 ', 'blanks'],
    ['127.0.0.1\0', 'not an IPv4 or IPv6 address'],
    ['127.0.0.1\n-f', 'not an IPv4 or IPv6 address'],
    ['', 'not an IPv4 or IPv6 address'],
    ['10.0.0.0/8', 'a target is one address'],
    ['0.0.0.0/0', 'a target is one address'],
    ['::/0', 'a target is one address'],
    ['10.0.0.1-10.0.0.9', 'not an IPv4 or IPv6 address'],
    ['fe80::1%eth0', 'zone'],
    ['fe80::1%', 'zone'],
    ['2001:db8::1%1', 'zone'],
    ['::ffff:127.0.0.1', 'give the IPv4 address itself'],
    ['::ffff:7f00:1', 'give the IPv4 address itself'],
    ['::ffff:0:127.0.0.1', 'give the IPv4 address itself'],
    ['64:ff9b::127.0.0.1', 'NAT64'],
    ['64:ff9b:1::7f00:1', 'NAT64'],
    ['::127.0.0.1', 'give the IPv4 address itself'],
    ['::7f00:1', 'IPv4-compatible'],
    ['0.0.0.0', '0.0.0.0/8'],
    ['0.1.2.3', '0.0.0.0/8'],
    ['::', 'unspecified'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.255', 'multicast'],
    ['ff02::1', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['fe80::1', 'link-local'],
    ['169.254.169.254', 'metadata'],
    ['fd00:ec2::254', 'metadata'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.254', 'reserved'],
    ['[2001:db8::1]', 'not an IPv4 or IPv6 address'],
    ['١٢٧.٠.٠.١', 'not an IPv4 or IPv6 address'],
  ])('refuses %j: %s', (text, reason) => {
    expect(canonicalAddress(text)).toMatchObject({ ok: false, reason: expect.stringContaining(reason) as string });
  });

  it('never repeats control characters or a long text in a message', () => {
    const verdict = canonicalAddress(`\u001b[2J${'x'.repeat(500)}`);
    expect(verdict).toMatchObject({ ok: false });
    if (!verdict.ok) expect(verdict.reason).not.toMatch(/\p{Cc}|x{100}/u);
  });

  it('is idempotent for accepted addresses, and accepts only full addresses', () => {
    const anything = fc.oneof(fc.ipV4(), fc.ipV6(), fc.ipV4Extended(), fc.string({ maxLength: 50 }));
    fc.assert(
      fc.property(anything, (text) => {
        const verdict = canonicalAddress(text);
        if (!verdict.ok) return;
        expect(isIP(text)).toBeGreaterThan(0);
        expect(canonical(verdict.ip)).toBe(verdict.ip);
        expect(verdict.ip).toMatch(/^[0-9a-f.:]+$/);
      }),
      { numRuns: 2_000 },
    );
  });
});
