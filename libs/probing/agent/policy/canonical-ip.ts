import { BlockList, isIP } from 'node:net';

/** IPv4-compatible addresses, a second form of IPv4 addresses: `::` and `::1` are none. */
const COMPATIBLE = new BlockList();
COMPATIBLE.addSubnet('::', 96, 'ipv6');
const NOT_COMPATIBLE = ['::', '::1'];

/**
 * Returns 4 or 6 for an address in canonical form (RFC 5952 for IPv6), otherwise 0: for short, octal, hex and decimal forms, IPv4-compatible
 * IPv6, zone ids, names, and anything that could be read as an option or a shell word.
 */
export function canonicalFamily(text: unknown): 0 | 4 | 6 {
  if (typeof text !== 'string') return 0;
  const family = isIP(text);
  if (family === 4) return 4;
  if (family !== 6 || text.includes('%')) return 0;
  if (COMPATIBLE.check(text, 'ipv6') && !NOT_COMPATIBLE.includes(text)) return 0;
  return new URL(`http://[${text}]`).hostname === `[${text}]` ? 6 : 0;
}
