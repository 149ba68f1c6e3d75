/** An inclusive range of addresses of one family, as numbers. */
export interface AddressRange {
  family: 4 | 6;
  first: bigint;
  last: bigint;
}

export type RangeVerdict = { ok: true; range: AddressRange } | { ok: false; canonical: string | null };

const BITS = { 4: 32, 6: 128 } as const;
const OCTET = /^(?:0|[1-9]\d{0,2})$/;
const GROUP = /^[\da-fA-F]{1,4}$/;
const LENGTH = /^(?:0|[1-9]\d{0,2})$/;
/** Upper 96 bits of IPv4-mapped addresses; no target has one. */
const MAPPED = 0xffffn;

interface Address {
  family: 4 | 6;
  value: bigint;
}

/**
 * Reads an address or a range (`10.0.0.0/8`), which must be in canonical form: RFC 5952 for IPv6, no bits beyond the prefix length.
 * Otherwise `canonical` is that form, or null for a text that is neither.
 */
export function readRange(text: string): RangeVerdict {
  const [, host = '', , length] = /^([^/]*)(\/(.*))?$/.exec(text) ?? [];
  const address = readAddress(host);
  if (address === null || (length !== undefined && !LENGTH.test(length))) return { ok: false, canonical: null };
  const bits = BITS[address.family];
  const prefix = length === undefined ? bits : Number(length);
  if (prefix > bits) return { ok: false, canonical: null };
  const free = BigInt(bits - prefix);
  const first = (address.value >> free) << free;
  const range = { family: address.family, first, last: first + (1n << free) - 1n };
  const canonical = rangeText(range, prefix);
  return canonical === text ? { ok: true, range } : { ok: false, canonical };
}

/** Returns whether one of the ranges, as `readRange` reads them, contains an address in canonical form. */
export function anyContains(ranges: readonly AddressRange[], ip: string): boolean {
  const address = readAddress(ip);
  if (address === null) return false;
  const { family, value } = address;
  return ranges.some((range) => range.family === family && value >= range.first && value <= range.last);
}

/** Returns the first and the last address of a canonical range, as texts. */
export function boundsOf(text: string): { first: string; last: string } {
  const verdict = readRange(text);
  if (!verdict.ok) throw new Error(`${text} is not a canonical range.`);
  const { family, first, last } = verdict.range;
  return { first: addressText(family, first), last: addressText(family, last) };
}

function rangeText({ family, first }: AddressRange, prefix: number): string {
  const mapped = family === 6 && prefix >= 96 && first >> 32n === MAPPED;
  const bits = mapped ? prefix - 96 : prefix;
  const shown = mapped ? addressText(4, first & 0xffffffffn) : addressText(family, first);
  return bits === BITS[mapped ? 4 : family] ? shown : `${shown}/${bits}`;
}

function readAddress(text: string): Address | null {
  if (text.includes(':')) return readIpv6(text);
  const octets = text.split('.');
  if (octets.length !== 4 || !octets.every((octet) => OCTET.test(octet) && Number(octet) <= 255)) return null;
  return { family: 4, value: octets.reduce((sum, octet) => sum * 256n + BigInt(octet), 0n) };
}

function readIpv6(text: string): Address | null {
  const groups = groupsOf(text);
  if (groups?.length !== 8 || !groups.every((group) => GROUP.test(group))) return null;
  return { family: 6, value: groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n) };
}

/** Returns the groups of an IPv6 address, with the omitted zeros; null for a text of another form. */
function groupsOf(text: string): string[] | null {
  const halves = withHexTail(text).split('::');
  if (halves.length > 2) return null;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  if (tail === undefined) return head ?? null;
  const missing = 8 - (head?.length ?? 0) - tail.length;
  return missing < 1 ? null : [...(head ?? []), ...Array.from({ length: missing }, () => '0'), ...tail];
}

/** Writes a dotted end, as in `::ffff:192.0.2.1`, as two groups. */
function withHexTail(text: string): string {
  const at = text.lastIndexOf(':') + 1;
  const tail = text.slice(at).includes('.') ? readAddress(text.slice(at)) : null;
  if (tail === null) return text;
  return `${text.slice(0, at)}${(tail.value >> 16n).toString(16)}:${(tail.value & 0xffffn).toString(16)}`;
}

/** Returns the canonical text of an address, which is RFC 5952 for IPv6. */
export function addressText(family: 4 | 6, value: bigint): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.');
  const groups = Array.from({ length: 8 }, (_, at) => ((value >> BigInt(112 - 16 * at)) & 0xffffn).toString(16));
  const { start, length } = longestZeros(groups);
  if (length < 2) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
}

/** Returns the first of the longest runs of zero groups, which RFC 5952 shortens. */
function longestZeros(groups: readonly string[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === '0') end++;
    if (end - start > longest.length) longest = { start, length: end - start };
  }
  return longest;
}
