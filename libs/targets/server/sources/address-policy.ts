import { BlockList, isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Addresses that a source must not reach, because services that trust their own machine listen there: this machine, its link, metadata of clouds. */
const DENIED = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/127',
  'fe80::/10',
  'fd00:ec2::254/128',
  'fd00:c1::a9fe:a9fe/128',
  'fd20:ce::254/128',
  'ff00::/8',
];

/** Prefixes whose addresses end with an IPv4 address that a gateway reaches for them (RFC 6052, RFC 8215). */
const NAT64 = ['64:ff9b::', '64:ff9b:1::'].map((prefix) => ipaddr.IPv6.parse(prefix));

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  return list;
}

/** Returns whether a text is an address or a range such as 127.0.0.0/8. */
export function isRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  const isLength = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
  return family !== 0 && isLength && rest.length === 0;
}

/** Decides which addresses the worker may connect to when it reads a source. */
export class AddressPolicy {
  private readonly denied = blockList(DENIED);
  private readonly allowed: BlockList;

  /** @param allowed addresses and ranges that are allowed although they are denied otherwise */
  constructor(allowed: readonly string[]) {
    this.allowed = blockList(allowed);
  }

  /** Returns whether an address may be reached, in any form of IPv6 in which an IPv4 address is written. */
  allows(address: string): boolean {
    const plain = plainAddress(address);
    const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4';
    return this.allowed.check(plain, family) || !this.denied.check(plain, family);
  }
}

/** Returns the IPv4 address within a mapped or NAT64 address; any other one as it is. */
function plainAddress(address: string): string {
  if (isIP(address) !== 6) return address;
  const parsed = ipaddr.IPv6.parse(address.split('%')[0] ?? address);
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  if (NAT64.some((prefix) => parsed.match(prefix, 96)))
    return new ipaddr.IPv4(parsed.toByteArray().slice(12)).toString();
  return parsed.toString();
}
