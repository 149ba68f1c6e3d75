import { describe, expect, it } from 'vitest';
import { blockOf } from './address-block';

const hosts = (cidr: string): string[] =>
  blockOf({ cidr, tier: 'fast' })
    .addresses(0, 10_000)
    .map(({ ip }) => ip);

describe('the addresses of a block', () => {
  it.each([
    ['192.0.2.8/29', ['192.0.2.9', '192.0.2.10', '192.0.2.11', '192.0.2.12', '192.0.2.13', '192.0.2.14']],
    ['192.0.2.8/30', ['192.0.2.9', '192.0.2.10']],
    ['192.0.2.8/31', ['192.0.2.8', '192.0.2.9']],
    ['192.0.2.8', ['192.0.2.8']],
    ['2001:db8::/126', ['2001:db8::1', '2001:db8::2', '2001:db8::3']],
    ['2001:db8::/127', ['2001:db8::', '2001:db8::1']],
    ['2001:db8::', ['2001:db8::']],
  ])('%s', (cidr, ips) => expect(hosts(cidr)).toEqual(ips));

  it('are at most 4,096', () => {
    expect(hosts('10.0.0.0/20')).toHaveLength(4_094);
    expect(hosts('2001:db8::/116')).toHaveLength(4_095);
  });

  it.each([
    ['10.0.0.0/19', '8,190 addresses; at most 4,096'],
    ['0.0.0.0/0', '4,294,967,294 addresses'],
    ['::/0', 'addresses; at most 4,096'],
    ['2001:db8::/64', '18,446,744,073,709,551,615 addresses'],
    ['192.0.2.7/24', 'Write 192.0.2.0/24'],
    ['192.0.2.7/32', 'Write 192.0.2.7,'],
    ['2001:DB8::/120', 'Write 2001:db8::/120'],
    ['2001:db8:0:0::/120', 'Write 2001:db8::/120'],
    ['::ffff:192.0.2.0/120', 'Write 192.0.2.0/24'],
    ['127.1/24', 'is not an IPv4 or IPv6 block'],
    ['0x7f000000/24', 'is not an IPv4 or IPv6 block'],
    ['2130706432/24', 'is not an IPv4 or IPv6 block'],
    ['017700000000/24', 'is not an IPv4 or IPv6 block'],
    ['127.000.0.0/24', 'is not an IPv4 or IPv6 block'],
    ['192.0.2.0/024', 'is not an IPv4 or IPv6 block'],
    ['192.0.2.0/33', 'is not an IPv4 or IPv6 block'],
    ['192.0.2.0/-1', 'is not an IPv4 or IPv6 block'],
    ['192.0.2.0/255.255.255.0', 'is not an IPv4 or IPv6 block'],
    ['192.0.2.0/', 'is not an IPv4 or IPv6 block'],
    ['/24', 'is not an IPv4 or IPv6 block'],
    ['192.0.2.0/24\n', 'is not an IPv4 or IPv6 block'],
    [' 192.0.2.0/24', 'is not an IPv4 or IPv6 block'],
    ['192.0.2.0/24\0', 'is not an IPv4 or IPv6 block'],
    ['192.0.2.1-192.0.2.9', 'is not an IPv4 or IPv6 block'],
    ['-f/etc/passwd', 'is not an IPv4 or IPv6 block'],
    ['$(id)', 'is not an IPv4 or IPv6 block'],
    ['fe80::1%eth0/120', 'is not an IPv4 or IPv6 block'],
    ['224.0.0.0/24', 'never probed: 224.0.0.1 is'],
    ['169.254.169.0/24', 'never probed'],
    ['64:ff9b::c000:200/120', 'NAT64'],
    ['', 'is not an IPv4 or IPv6 block'],
  ])('of %j are refused: %s', (cidr, detail) => {
    const refusal = {
      code: 'invalid',
      errors: [{ pointer: '#/cidr', detail: expect.stringContaining(detail) as string }],
    };
    expect(() => blockOf({ cidr, tier: 'fast' })).toThrow(expect.objectContaining(refusal) as Error);
  });
});

describe('the names of an expansion', () => {
  const named = (namePattern: string, cidr = '192.0.2.0/29') =>
    blockOf({ cidr, tier: 'fast', namePattern }).addresses(1, 2);

  it('have the address and the number within the block', () => {
    expect(named('c7-{n}/{ip}')).toEqual([
      { ip: '192.0.2.2', name: 'c7-2/192.0.2.2' },
      { ip: '192.0.2.3', name: 'c7-3/192.0.2.3' },
    ]);
  });

  it.each([
    ['edge', 'the same name'],
    ['edge-{i}', 'no placeholder {i}'],
    ['edge-{n} ', 'ends with a space'],
    [`${'{ip}'.repeat(25)}`, 'longer than 200'],
  ])('of %j are refused: %s', (pattern, detail) => {
    const refusal = { errors: [{ pointer: '#/namePattern', detail: expect.stringContaining(detail) as string }] };
    expect(() => named(pattern)).toThrow(expect.objectContaining(refusal) as Error);
  });
});
