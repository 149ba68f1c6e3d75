/**
 * Ranges whose addresses mean something else at each site: RFC 1918, CGNAT, link-local, loopback, DS-Lite and 464XLAT, and the reserved range,
 * which large networks use inside. Those of documentation and benchmarks are global, so that examples and labs look like the internet.
 */
const SITE_RANGES: readonly [number, number][] = (
  [
    ['10.0.0.0', 8],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
    ['100.64.0.0', 10],
    ['169.254.0.0', 16],
    ['127.0.0.0', 8],
    ['192.0.0.0', 24],
    ['240.0.0.0', 4],
  ] as const
).map(([first, bits]) => [ipv4Number(first), bits]);
/** ULA, link-local, site-local, loopback. */
const SITE_IPV6 = /^(?:f[cd][0-9a-f]{2}:|fe[89a-f][0-9a-f]:|::1$)/;
const PREFIX_PARTS_IPV6 = 3;
const PARTS_IPV6 = 8;

/** Whether an address has a meaning only at its site. */
export function isSiteAddress(address: string): boolean {
  if (address.includes(':')) return SITE_IPV6.test(address);
  const number = ipv4Number(address);
  return SITE_RANGES.some(([first, bits]) => number >>> (32 - bits) === first >>> (32 - bits));
}

/**
 * Returns the id of the node of an address: a global address is one node for all agents, another one node for each site. The target is one node
 * also if its address is not global, because all paths lead to the same one.
 */
export function nodeOf(address: string, { site, target }: { site: string; target: string }): string {
  return address !== target && isSiteAddress(address) ? `${address}@${site}` : address;
}

/** Returns the network that a router is taken to belong to: /24 for IPv4, /48 for IPv6. */
export function prefixOf(address: string): string {
  if (!address.includes(':')) return `${address.slice(0, address.lastIndexOf('.'))}.0/24`;
  const [head = '', tail = ''] = address.split('::');
  const [left, right] = [head, tail].map((part) => (part === '' ? [] : part.split(':')));
  const zeros = Array.from({ length: address.includes('::') ? PARTS_IPV6 - left.length - right.length : 0 }, () => '0');
  return `${[...left, ...zeros, ...right].slice(0, PREFIX_PARTS_IPV6).join(':')}::/48`;
}

function ipv4Number(address: string): number {
  return address.split('.').reduce((number, part) => number * 256 + Number(part), 0) >>> 0;
}
