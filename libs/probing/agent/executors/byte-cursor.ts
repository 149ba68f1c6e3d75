import type { AddressFamily } from './address-family';

const ADDRESS_LENGTH_MAX = 45;
const PART_MAX = 255;
const SPACE = 0x20;
const ZERO = 0x30;
const NINE = 0x39;
const POINT = 0x2e;
const COLON = 0x3a;
const LETTER_A = 0x61;
const LETTER_F = 0x66;
const POWERS_OF_TEN = Array.from({ length: 13 }, (_, exponent) => 10 ** exponent);

/** Returns the bytes of ASCII text. */
export function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/**
 * An address as the key of a map. A canonical IPv4 address is an integer (32 bits, signed), which needs no string; any other address is
 * its text.
 */
export type AddressKey = number | string;

/** Returns the family of an address. */
export function familyOfKey(address: AddressKey): AddressFamily {
  return typeof address === 'number' ? 'ipv4' : 'ipv6';
}

/** Returns the text of an address. */
export function addressText(address: AddressKey): string {
  return typeof address === 'string' ? address : [24, 16, 8, 0].map((bits) => (address >>> bits) & 255).join('.');
}

const scratch = new Uint8Array(ADDRESS_LENGTH_MAX);

/** Returns the key of an address given as text: the same that `ByteCursor.readAddress` returns for its bytes. */
export function addressKeyOf(ip: string): AddressKey {
  if (ip.length > ADDRESS_LENGTH_MAX) return ip;
  for (let at = 0; at < ip.length; at++) scratch[at] = ip.charCodeAt(at);
  addressCursor.set(scratch, 0, ip.length);
  const key = addressCursor.readAddress();
  return typeof key === 'number' && addressCursor.atEnd ? key : ip;
}

/** Parses a line byte by byte, without creating strings. */
export class ByteCursor {
  private bytes: Uint8Array = new Uint8Array(0);
  private at = 0;
  private end = 0;

  set(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  get atEnd(): boolean {
    return this.at === this.end;
  }

  get position(): number {
    return this.at;
  }

  skipBytes(expected: Uint8Array): boolean {
    const { bytes, at } = this;
    if (this.end - at < expected.length) return false;
    for (let i = 0; i < expected.length; i++) if (bytes[at + i] !== expected[i]) return false;
    this.at = at + expected.length;
    return true;
  }

  skipSpaces(): boolean {
    const from = this.at;
    while (this.at < this.end && this.bytes[this.at] === SPACE) this.at++;
    return this.at > from;
  }

  /** Reads digits with an optional fraction; returns -1 if there are none, or more than `digitsMax` (at most 12). */
  decimal(digitsMax: number): number {
    const { bytes, end } = this;
    let at = this.at;
    let value = 0;
    for (; at < end && isDigit(bytes[at]); at++) value = value * 10 + bytes[at] - ZERO;
    const digits = at - this.at;
    this.at = at;
    if (digits === 0 || digits > digitsMax) return -1;
    if (at >= end || bytes[at] !== POINT) return value;
    const from = ++at;
    let fraction = 0;
    for (; at < end && isDigit(bytes[at]); at++) fraction = fraction * 10 + bytes[at] - ZERO;
    const places = at - from;
    this.at = at;
    return places === 0 || places > digitsMax ? -1 : value + fraction / POWERS_OF_TEN[places];
  }

  /** Returns the key of an IPv4 or IPv6 literal; empty if there are no such characters, or too many. */
  readAddress(): AddressKey {
    const { bytes, end, at: from } = this;
    let at = from;
    let value = 0;
    let part = 0;
    let partFrom = from;
    let points = 0;
    let isIpv4 = true;
    for (; at < end; at++) {
      const byte = bytes[at];
      if (isDigit(byte)) {
        if (part === 0 && at > partFrom) isIpv4 = false; // a leading zero is not canonical
        part = part * 10 + byte - ZERO;
      } else if (byte === POINT) {
        if (part > PART_MAX || at === partFrom) isIpv4 = false;
        value = (value << 8) | part;
        part = 0;
        partFrom = at + 1;
        points++;
      } else if (byte === COLON || (byte >= LETTER_A && byte <= LETTER_F)) isIpv4 = false;
      else break;
    }
    this.at = at;
    const length = at - from;
    if (length === 0 || length > ADDRESS_LENGTH_MAX) return '';
    if (isIpv4 && points === 3 && part <= PART_MAX && at > partFrom) return (value << 8) | part;
    return String.fromCharCode(...bytes.subarray(from, at));
  }
}

const addressCursor = new ByteCursor();

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}
