import { isIPv4, isIPv6 } from 'node:net';

/**
 * Bytes of an address as a text with one character per byte (4 for IPv4, 16 for IPv6): a key of maps that costs no parsing per packet.
 * @typedef {string} AddressKey
 */

const IPV6_GROUPS = 8;

/**
 * Returns the bytes of a canonical address.
 * @param {string} ip
 * @throws Error when it is not an address
 */
export function addressBytes(ip) {
  if (isIPv4(ip)) return Buffer.from(ip.split('.').map(Number));
  if (!isIPv6(ip) || ip.includes('.') || ip.includes('%')) throw new Error(`"${ip}" is not an address`);
  const [head, tail] = ip.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const zeros = tail === undefined ? 0 : IPV6_GROUPS - head.length - tail.length;
  const groups = [...head, ...Array.from({ length: zeros }, () => '0'), ...(tail ?? [])];
  return Buffer.from(groups.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff]));
}

/**
 * @param {string} ip
 * @returns {AddressKey}
 */
export const addressKey = (ip) => addressBytes(ip).toString('latin1');

/**
 * Parses a range such as `198.18.4.0/24` into a test of address keys.
 * @param {string} cidr
 * @returns {(key: AddressKey) => boolean}
 * @throws Error when it is not a range
 */
export function rangeTest(cidr) {
  const [ip, bitsText, ...rest] = cidr.split('/');
  const base = addressBytes(ip);
  const bits = bitsText === undefined ? base.length * 8 : Number(bitsText);
  if (rest.length > 0 || !/^\d+$/.test(bitsText ?? '0') || bits > base.length * 8)
    throw new Error(`"${cidr}" is not a range such as 198.18.4.0/24`);
  const wholeBytes = bits >> 3;
  const mask = (0xff << (8 - (bits & 7))) & 0xff;
  return (key) => {
    if (key.length !== base.length) return false;
    for (let at = 0; at < wholeBytes; at++) if (key.charCodeAt(at) !== base[at]) return false;
    return mask === 0 || (key.charCodeAt(wholeBytes) & mask) === (base[wholeBytes] & mask);
  };
}
