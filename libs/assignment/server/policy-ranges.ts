import { isIPv4 } from 'node:net';
import type { AgentPolicy } from '@icmp-mon/agents/contract';

/** Family and bits of an address. */
interface Bits {
  family: 4 | 6;
  value: bigint;
}

/** Compiled ranges of an agent's policy file: a check costs two binary searches, regardless of the number of ranges. */
export class PolicyRanges {
  private readonly allow: Intervals | null;
  private readonly deny: Intervals;
  private readonly stopped: boolean;
  /** Addresses around the last one on which the ranges decide the same: targets are often checked in the order of their addresses. */
  private spanStart = 0;
  private spanEnd = -1;
  private spanRefuses = false;

  /** Ignores unreadable ranges: the agent itself enforces its policy file, regardless of what is stored here. */
  constructor({ allow, deny, stopped }: AgentPolicy) {
    this.allow = allow === null ? null : new Intervals(allow);
    this.deny = new Intervals(deny);
    this.stopped = stopped;
  }

  /** Returns whether the policy file refuses an address in canonical form. */
  refuses(ip: string): boolean {
    return this.refusesAddress(addressOf(ip));
  }

  /** Returns the same for a parsed address, which can be checked against many policies: see `addressOf`. */
  refusesAddress(address: Address | null): boolean {
    if (this.stopped || address === null) return true;
    if (typeof address === 'number') {
      if (address >= this.spanStart && address <= this.spanEnd) return this.spanRefuses;
      [this.spanStart, this.spanEnd] = this.deny.spanOf(address, this.allow?.spanOf(address));
      this.spanRefuses = this.isRefused(address);
      return this.spanRefuses;
    }
    return this.isRefused(address);
  }

  private isRefused(address: Address): boolean {
    return this.deny.has(address) || (this.allow !== null && !this.allow.has(address));
  }
}

/** An IPv4 address as a number, or an IPv6 address as a bigint. */
export type Address = number | bigint;

/** Parses an address in canonical form; null for any other text. */
export function addressOf(ip: string): Address | null {
  const number = ipv4Number(ip);
  return number === NOT_IPV4 ? (bitsOf(ip)?.value ?? null) : number;
}

const IPV4_LAST = 2 ** 32 - 1;
const NOT_IPV4 = -1;
const COLON = 58;
const WIDTH = { 4: 32, 6: 128 } as const;

/** Set of addresses as sorted intervals that do not touch. IPv4 uses numbers, because most addresses are IPv4. */
class Intervals {
  private readonly v4: { starts: Float64Array; ends: Float64Array };
  private readonly v6: { starts: bigint[]; ends: bigint[] };

  constructor(ranges: readonly string[]) {
    const parsed = ranges.flatMap((text) => intervalOf(text) ?? []);
    const v4 = merged(parsed.filter(({ family }) => family === 4));
    this.v4 = {
      starts: Float64Array.from(v4, ({ start }) => Number(start)),
      ends: Float64Array.from(v4, ({ end }) => Number(end)),
    };
    const v6 = merged(parsed.filter(({ family }) => family === 6));
    this.v6 = { starts: v6.map(({ start }) => start), ends: v6.map(({ end }) => end) };
  }

  has(address: Address): boolean {
    if (typeof address === 'number') return contains(this.v4.starts, this.v4.ends, address);
    return contains(this.v6.starts, this.v6.ends, address);
  }

  /** Returns the IPv4 addresses around this one, within a span, that are all in the set or all outside of it. */
  spanOf(address: number, [start, end]: Span = [0, IPV4_LAST]): Span {
    const { starts, ends } = this.v4;
    const next = placeAfter(starts, address);
    const isIn = next > 0 && address <= ends[next - 1];
    const first = next === 0 ? 0 : isIn ? starts[next - 1] : ends[next - 1] + 1;
    const last = isIn ? ends[next - 1] : next < starts.length ? starts[next] - 1 : IPV4_LAST;
    return [Math.max(start, first), Math.min(end, last)];
  }
}

/** First and last address. */
type Span = [number, number];

interface Interval {
  family: 4 | 6;
  start: bigint;
  end: bigint;
}

function contains<T extends number | bigint>(starts: ArrayLike<T>, ends: ArrayLike<T>, value: T): boolean {
  const next = placeAfter(starts, value);
  return next > 0 && value <= ends[next - 1];
}

/** Returns the place of the first start above the value. */
function placeAfter<T extends number | bigint>(starts: ArrayLike<T>, value: T): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function merged(intervals: readonly Interval[]): Interval[] {
  const sorted = [...intervals].sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const result: Interval[] = [];
  for (const interval of sorted) {
    const last = result.at(-1);
    if (last !== undefined && interval.start <= last.end + 1n) {
      if (interval.end > last.end) last.end = interval.end;
    } else result.push({ ...interval });
  }
  return result;
}

/** Parses `10.0.0.0/8`, `2001:db8::/32` or a single address; null for any other text. */
function intervalOf(text: string): Interval | null {
  const [address = '', prefix] = text.split('/');
  const bits = bitsOf(address);
  if (bits === null) return null;
  const width = WIDTH[bits.family];
  const length = prefix === undefined ? width : Number(prefix);
  if (!Number.isInteger(length) || length < 0 || length > width) return null;
  const hostBits = BigInt(width - length);
  const start = (bits.value >> hostBits) << hostBits;
  return { family: bits.family, start, end: start | ((1n << hostBits) - 1n) };
}

function bitsOf(text: string): Bits | null {
  if (isIPv4(text)) return { family: 4, value: BigInt(ipv4Number(text)) };
  const [head = '', tail, ...rest] = text.split('::');
  if (rest.length > 0) return null;
  const front = groupsOf(head);
  const back = tail === undefined ? [] : groupsOf(tail);
  const zeros = 8 - front.length - back.length;
  if (tail === undefined ? zeros !== 0 : zeros < 0) return null;
  const groups = [...front, ...Array.from({ length: Math.max(0, zeros) }, () => 0), ...back];
  if (groups.some((group) => !(group >= 0 && group <= 0xffff))) return null;
  return { family: 6, value: groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n) };
}

/** Parses hexadecimal groups; a group in dotted form counts as two, and an invalid one is NaN. */
function groupsOf(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (isIPv4(group)) return [Math.floor(ipv4Number(group) / 0x1_0000), ipv4Number(group) % 0x1_0000];
    return [/^[\da-f]{1,4}$/i.test(group) ? Number.parseInt(group, 16) : Number.NaN];
  });
}

/** Returns the number of an address in canonical form; `NOT_IPV4` for an IPv6 address. */
function ipv4Number(ip: string): number {
  let value = 0;
  let octet = 0;
  for (let at = 0; at < ip.length; at++) {
    const code = ip.charCodeAt(at);
    if (code === COLON) return NOT_IPV4;
    if (code === 46) {
      value = (value << 8) | octet;
      octet = 0;
    } else octet = octet * 10 + code - 48;
  }
  return ((value << 8) | octet) >>> 0;
}
