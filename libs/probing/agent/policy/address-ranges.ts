import { BlockList, isIP } from 'node:net';
import { NEVER_PROBED } from '@icmp-mon/probing/contract';

/** Ranges of addresses. One list per family, because a single `BlockList` finds IPv4 addresses in `::/0` and `::ffff:0:0/96`. */
export class AddressRanges {
  private readonly lists = { 4: new BlockList(), 6: new BlockList() };

  /** Parses `10.0.0.0/8`, `2001:db8::/32` or single addresses. Throws a RangeError that quotes an invalid one. */
  constructor(readonly texts: readonly string[]) {
    for (const text of texts) this.add(text);
  }

  has(ip: string, family: 4 | 6): boolean {
    return this.lists[family].check(ip, family === 4 ? 'ipv4' : 'ipv6');
  }

  private add(text: string): void {
    const [address = '', prefix, ...rest] = text.split('/');
    const family = address.includes('%') ? 0 : isIP(address);
    const bits = family === 4 ? 32 : 128;
    const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
    if ((family !== 4 && family !== 6) || rest.length > 0 || length < 0 || length > bits) {
      throw new RangeError(`"${text}" is not a range such as 10.0.0.0/8 or 2001:db8::/32`);
    }
    this.lists[family].addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6');
  }
}

/** Ranges that no policy can allow. */
export const ALWAYS_DENIED = new AddressRanges(NEVER_PROBED.map(({ range }) => range));

/** Denied, except the ranges of it that the policy file lists: a wider range such as 0.0.0.0/0 does not allow it. */
export const LOOPBACK = new AddressRanges(['127.0.0.0/8', '::1']);
