import { isPlainAddress } from '@icmp-mon/paths/contract';

/** Addresses as numbers, and their length in bits. */
export interface IpRange {
  bits: 32 | 128;
  first: bigint;
  last: bigint;
}

const GROUP_BITS = 16n;
const BYTE_BITS = 8n;
const GROUPS_IPV6 = 8;
const PREFIX_LENGTH = /^\d{1,3}$/;

/** Returns the addresses of `prefix/length`, or of one address; a text that states what is wrong otherwise. */
export function readPrefix(text: string): IpRange | string {
  const [address, length, ...others] = text.toLowerCase().split('/');
  if (!isPlainAddress(address) || others.length > 0) return `"${text}" is not a prefix such as 192.0.2.0/24`;
  const bits = address.includes(':') ? 128 : 32;
  if (length !== undefined && (!PREFIX_LENGTH.test(length) || Number(length) > bits)) {
    return `the prefix length of "${text}" must be 0 to ${bits}`;
  }
  const first = numberOf(address);
  const size = 1n << BigInt(bits - Number(length ?? bits));
  if (first % size !== 0n) return `"${text}" has bits behind its prefix length`;
  return { bits, first, last: first + size - 1n };
}

/** Returns the addresses from one to another; a text that states what is wrong otherwise. */
export function readRange(firstText: string, lastText: string): IpRange | string {
  const [from, to] = [firstText.toLowerCase(), lastText.toLowerCase()];
  const isRange = isPlainAddress(from) && isPlainAddress(to) && from.includes(':') === to.includes(':');
  if (!isRange) return `"${firstText}" and "${lastText}" are not two addresses of one family`;
  const range: IpRange = { bits: from.includes(':') ? 128 : 32, first: numberOf(from), last: numberOf(to) };
  return range.first <= range.last ? range : `"${firstText}" is behind "${lastText}"`;
}

/** Returns the fewest prefixes that contain exactly the addresses of a range, as texts. */
export function prefixesOf({ bits, first, last }: IpRange): string[] {
  const prefixes: string[] = [];
  for (let at = first; at <= last;) {
    let free = trailingZeros(at, bits);
    while (1n << BigInt(free) > last - at + 1n) free--;
    prefixes.push(`${textOf(at, bits)}/${bits - free}`);
    at += 1n << BigInt(free);
  }
  return prefixes;
}

function trailingZeros(value: bigint, bits: number): number {
  let zeros = 0;
  while (zeros < bits && ((value >> BigInt(zeros)) & 1n) === 0n) zeros++;
  return zeros;
}

function numberOf(address: string): bigint {
  if (!address.includes(':')) return address.split('.').reduce((sum, part) => (sum << BYTE_BITS) | BigInt(part), 0n);
  const [head, tail] = address.split('::').map((half) =>
    half
      .split(':')
      .filter((group) => group !== '')
      .flatMap(groups),
  );
  const zeros = Array.from({ length: tail === undefined ? 0 : GROUPS_IPV6 - head.length - tail.length }, () => 0n);
  return [...head, ...zeros, ...(tail ?? [])].reduce((sum, group) => (sum << GROUP_BITS) | group, 0n);
}

/** The last two groups may be written as an IPv4 address. */
function groups(text: string): bigint[] {
  if (!text.includes('.')) return [BigInt(`0x${text}`)];
  const number = numberOf(text);
  return [number >> GROUP_BITS, number & 0xffffn];
}

function textOf(value: bigint, bits: 32 | 128): string {
  const [size, count, base] = bits === 32 ? [BYTE_BITS, 4, 10] : [GROUP_BITS, GROUPS_IPV6, 16];
  const parts = Array.from({ length: count }, (_, at) => {
    return ((value >> (size * BigInt(count - 1 - at))) & ((1n << size) - 1n)).toString(base);
  });
  return parts.join(bits === 32 ? '.' : ':');
}
