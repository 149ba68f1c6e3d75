import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PolicyRanges } from './policy-ranges';

const policy = (allow: string[] | null, deny: string[] = [], stopped = false): PolicyRanges =>
  new PolicyRanges({ allow, deny, stopped, packetsPerSecond: 1 });

describe('a compiled policy', () => {
  it('refuses denied addresses, addresses that are not allowed, and every address while stopped', () => {
    expect(policy(null).refuses('192.0.2.1')).toBe(false);
    expect(policy(null, ['192.0.2.0/24']).refuses('192.0.2.1')).toBe(true);
    expect(policy(null, ['192.0.2.0/24']).refuses('192.0.3.0')).toBe(false);
    expect(policy(['198.51.100.7']).refuses('198.51.100.7')).toBe(false);
    expect(policy(['198.51.100.7']).refuses('198.51.100.8')).toBe(true);
    expect(policy(['10.0.0.0/8'], ['10.1.0.0/16']).refuses('10.1.255.255')).toBe(true);
    expect(policy([]).refuses('192.0.2.1')).toBe(true);
    expect(policy(null, [], true).refuses('192.0.2.1')).toBe(true);
  });

  it('distinguishes the address families', () => {
    expect(policy(['0.0.0.0/0']).refuses('2001:db8::1')).toBe(true);
    expect(policy(['::/0']).refuses('192.0.2.1')).toBe(true);
    expect(policy(['2001:db8::/32']).refuses('2001:db8:ffff::1')).toBe(false);
    expect(policy(['2001:db8::/32']).refuses('2001:db9::')).toBe(true);
    expect(policy(null, ['::ffff:0:0/96']).refuses('::ffff:c000:201')).toBe(true);
  });

  it('ignores unreadable ranges', () => {
    expect(policy(['10.0.0.0/33', 'x', '1::2::3/64', '10.0.0.0/8']).refuses('10.0.0.1')).toBe(false);
  });

  it("agrees with the agent's own check, which uses node:net", () => {
    const ranges = fc.array(fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })), { maxLength: 20 });
    fc.assert(
      fc.property(ranges, fc.array(fc.ipV4(), { minLength: 1, maxLength: 20 }), (texts, ips) => {
        const list = new BlockList();
        for (const [ip, length] of texts) list.addSubnet(ip, length);
        const denying = policy(
          null,
          texts.map(([ip, length]) => `${ip}/${length}`),
        );
        for (const ip of ips) expect(denying.refuses(ip)).toBe(list.check(ip));
      }),
    );
    const ranges6 = fc.array(fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })), { maxLength: 20 });
    fc.assert(
      fc.property(ranges6, fc.array(fc.ipV6(), { minLength: 1, maxLength: 20 }), (texts, ips) => {
        const list = new BlockList();
        for (const [ip, length] of texts) list.addSubnet(ip, length, 'ipv6');
        const denying = policy(
          null,
          texts.map(([ip, length]) => `${ip}/${length}`),
        );
        for (const ip of ips.filter((each) => !each.includes('.'))) {
          expect(denying.refuses(ip)).toBe(list.check(ip, 'ipv6'));
        }
      }),
    );
  });
});
