import { DomainError } from '@icmp-mon/platform/errors';
import {
  type AddressRange,
  addressText,
  DEFAULT_VRF,
  EXPAND_ADDRESSES_MAX,
  type ExpandRequest,
  readRange,
} from '@icmp-mon/targets/contract';
import { plainTextFault } from '@icmp-mon/platform/text';
import { canonicalAddress, shown } from '@icmp-mon/targets/wire';

const NAME_LENGTH_MAX = 200;
const PLACEHOLDER = /\{[^{}]*\}/g;

/** An address of a block, and the name that the target gets. */
export interface BlockAddress {
  ip: string;
  name: string | null;
}

/** The host addresses of a block, from the lowest. */
export interface AddressBlock {
  vrf: string;
  count: number;
  /** Returns at most `limit` addresses, after the first `skip`. */
  addresses(skip: number, limit: number): BlockAddress[];
}

const refused = (pointer: string, detail: string): DomainError =>
  new DomainError('invalid', detail, [{ pointer, detail }]);

/**
 * Returns the addresses that an expansion registers:
 *
 *   IPv4 /0 to /30    without the network and the broadcast address
 *   IPv6 /0 to /126   without the first address, which all routers of the subnet answer (RFC 4291 2.6.1)
 *   two or one        all of them (RFC 3021, RFC 6164)
 *
 * @throws DomainError `invalid` for a text that is not canonical, a block that is too large or contains an address that is never probed,
 * or a pattern that makes no valid name
 */
export function blockOf({ cidr, vrf = DEFAULT_VRF, namePattern }: ExpandRequest): AddressBlock {
  const { family, first, last } = hostsOf(readBlock(cidr));
  const count = last - first + 1n;
  if (count > EXPAND_ADDRESSES_MAX) throw refused('#/cidr', tooLarge(cidr, count, family));
  const ips = Array.from({ length: Number(count) }, (_, nr) => addressText(family, first + BigInt(nr)));
  for (const ip of ips) {
    const verdict = canonicalAddress(ip);
    if (!verdict.ok) throw refused('#/cidr', `${cidr} contains an address that is never probed: ${verdict.reason}`);
  }
  const nameOf = namesBy(namePattern, ips);
  return {
    vrf,
    count: ips.length,
    addresses: (skip, limit) =>
      ips.slice(skip, skip + limit).map((ip, at) => ({ ip, name: nameOf(ip, skip + at + 1) })),
  };
}

function readBlock(cidr: string): AddressRange {
  const verdict = readRange(cidr);
  if (verdict.ok) return verdict.range;
  const { canonical } = verdict;
  throw refused(
    '#/cidr',
    canonical === null
      ? `"${shown(cidr)}" is not an IPv4 or IPv6 block. Write the first address in full and the prefix length, such as 192.0.2.0/24.`
      : `"${shown(cidr)}" is not in canonical form. Write ${canonical}, if this is the block.`,
  );
}

function hostsOf({ family, first, last }: AddressRange): AddressRange {
  if (last - first < 2n) return { family, first, last };
  return { family, first: first + 1n, last: family === 4 ? last - 1n : last };
}

function tooLarge(cidr: string, count: bigint, family: 4 | 6): string {
  const largest = family === 4 ? '/20' : '/116';
  return (
    `${cidr} has ${count.toLocaleString('en-GB')} addresses; at most ${EXPAND_ADDRESSES_MAX.toLocaleString('en-GB')} are registered by one ` +
    `request. Use blocks of ${largest} or smaller.`
  );
}

/** @throws DomainError `invalid` for a pattern that gives all targets the same name, or an invalid one */
function namesBy(pattern: string | undefined, ips: readonly string[]): (ip: string, nr: number) => string | null {
  if (pattern === undefined) return () => null;
  const wrong = pattern.match(PLACEHOLDER)?.find((found) => found !== '{ip}' && found !== '{n}');
  if (wrong !== undefined) throw refused('#/namePattern', `There is no placeholder ${shown(wrong)}. Use {ip} or {n}.`);
  if (!/\{(ip|n)\}/.test(pattern)) {
    throw refused('#/namePattern', 'would give all targets the same name. Use {ip} or {n} in it.');
  }
  const nameOf = (ip: string, nr: number): string => pattern.replaceAll('{ip}', ip).replaceAll('{n}', String(nr));
  for (const [at, ip] of ips.entries()) {
    const name = nameOf(ip, at + 1);
    const fault = name.length > NAME_LENGTH_MAX ? `is longer than ${NAME_LENGTH_MAX} characters` : plainTextFault(name);
    if (fault !== null) throw refused('#/namePattern', `The name of ${ip} would be invalid: it ${fault}.`);
  }
  return nameOf;
}
